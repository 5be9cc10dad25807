"""What a call from Python says: its errors in the words of keywords, not of flags."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from search_spaces.errors import IsoparamError
from study.machine.program import in_python

_COMMAND = re.compile(r"(?:isoparam|python[\d.]* -m) ")  # from there on, a command line
_OFF = re.compile(r"--no-([a-z][a-z-]*)")
_FLAG = re.compile(r"--([a-z][a-z-]*)")


@contextmanager
def from_python() -> Iterator[None]:
    """What is raised while this is open names keywords, and commands that work anywhere."""
    with in_python():
        try:
            yield
        except IsoparamError as error:
            error.args = (with_keywords(str(error)),)
            raise


def with_keywords(sentence: str) -> str:
    """A message about flags as one about keywords; the flags of a command line stay.

    `--max-params` is `max_params`, `--no-pruning` is `pruning=False`, and `--help` is
    `help(study.compare)`.
    """
    found = _COMMAND.search(sentence)
    end = found.start() if found else len(sentence)
    said, command = sentence[:end], sentence[end:]
    said = said.replace("--help", "help(study.compare)")
    said = _OFF.sub(lambda flag: f"{_keyword(flag[1])}=False", said)
    return _FLAG.sub(lambda flag: _keyword(flag[1]), said) + command


def _keyword(flag: str) -> str:
    return flag.replace("-", "_")
