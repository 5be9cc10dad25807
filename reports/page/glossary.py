"""The glossary: its terms, and the links that lead to them."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from markupsafe import Markup

_RUNNING_TEXT = re.compile(r'<(p|figcaption)(?: class="small")?>.*?</\1>', re.DOTALL)
_NOT_IN_TAG_OR_LINK = "(?![^<]*(?:>|</a>))"


class Term(NamedTuple):
    """A term, what it means, and the words in running text that stand for it."""

    key: str
    name: str
    meaning: str
    words: str  # a regular expression


@cache
def glossary() -> tuple[Term, ...]:
    """The terms of `glossary.toml`."""
    text = (files("reports.page") / "glossary.toml").read_text(encoding="utf-8")
    return tuple(Term(**term) for term in tomllib.loads(text)["terms"])


def link_terms(html: str) -> Markup:
    """Links each term to its line in the glossary where a section uses it first.

    Args:
        html: Sections, in whose paragraphs and captions terms are looked for.
    """
    return Markup("".join(_link_section(part) for part in re.split("(?=<section )", html)))


def _link_section(html: str) -> str:
    left = list(glossary())

    def link(found: re.Match[str]) -> str:
        text = re.sub(r"[ \n]+", " ", found[0])  # a term may run over the end of a line
        for term in list(left):
            new = re.sub(
                rf"\b(?:{term.words})\b{_NOT_IN_TAG_OR_LINK}",
                rf'<a class="term" href="#term-{term.key}">\g<0></a>',
                text,
                count=1,
            )
            if new != text:
                left.remove(term)
            text = new
        return text

    return _RUNNING_TEXT.sub(link, html)
