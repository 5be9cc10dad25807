"""What the pages show for typing: blocks of code, and commands in blocks and in prose."""

import re
import shlex
from dataclasses import dataclass, field
from textwrap import dedent
from typing import NamedTuple

from tests.support.commands import ROOT

HELP = "docs/reference/commands.md"  # what it shows is the commands' own help, not for typing
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_PROGRAMS = r"python -m (?:study|reports)|isoparam |optuna-dashboard |make |bash |pip "
_IN_PROSE = re.compile(rf"`((?:{_PROGRAMS})[^`]*)`")
_COMMENT = re.compile(r" +# .*")
_EXPORT = re.compile(r"export (\w+)=(.*)")


class Block(NamedTuple):
    """A block of code, and the paragraph before it."""

    language: str
    text: str
    before: str


@dataclass(frozen=True)
class Command:
    """A command that is to be typed, and the variables that its block exports before it."""

    page: str = field(compare=False)
    line: str
    exported: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line)

    @property
    def module(self) -> str | None:
        """Which of ours it runs."""
        words = self.words
        return words[2] if words[:2] == ["python", "-m"] else None

    def __str__(self) -> str:
        return f"{self.page}: {self.line}"


def pages() -> dict[str, str]:
    """The texts of README, CONTRIBUTING and docs/, by their place in the checkout."""
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}
    return {page: text for page, text in texts.items() if page != HELP}


def blocks(page: str) -> list[Block]:
    """The page's blocks of code, in order."""
    text = pages()[page]
    return [
        Block(fence[2], dedent(fence[3]), text[: fence.start()].rstrip().split("\n\n")[-1])
        for fence in _FENCE.finditer(text)
    ]


def prose(page: str) -> str:
    """The page without them."""
    return _FENCE.sub("", pages()[page])


def commands() -> list[Command]:
    """Every command of the pages, each once."""
    found = [
        command
        for page in pages()
        for block in blocks(page)
        if block.language == "console"
        for command in _typed(page, block.text)
    ]
    found += [
        Command(page, " ".join(line.split()))
        for page in pages()
        for line in _IN_PROSE.findall(prose(page))
    ]
    return list(dict.fromkeys(found))


def _typed(page: str, text: str) -> list[Command]:
    lines = text.replace("\\\n", " ").splitlines()
    typed = [_COMMENT.sub("", line[2:]) for line in lines if line.startswith("$ ")]
    exported = {known[1]: known[2] for line in typed if (known := _EXPORT.match(line))}
    return [Command(page, line, exported) for line in typed if not _EXPORT.match(line)]
