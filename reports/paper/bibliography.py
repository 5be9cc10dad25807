"""BibTeX of the tool, of the data sets that are known by name, and of the statistics' sources."""

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.metadata import metadata
from pathlib import Path

from study.machine.program import version

# The developers are named as CITATION.cff names them.
_ISOPARAM = """\
@misc{{isoparam,
  author  = {{{{The isoparam developers}}}},
  title   = {{isoparam: recurrent cells compared at an equal parameter budget}},
  note    = {{Version {version}}}
}}
"""
_FAKER = """\
@misc{{faker,
  author  = {{{{{author}}}}},
  title   = {{Faker}},
  url     = {{https://github.com/joke2k/faker}},
  note    = {{Version {version}; the surnames of its locales}}
}}
"""


def bibliography(keys: Collection[str]) -> str:
    """The entries of these keys, in the order of the alphabet.

    Raises:
        KeyError: There is no such entry.
    """
    return "\n".join(_entry(key) for key in sorted(keys))


def _entry(key: str) -> str:
    if key == "isoparam":
        return _ISOPARAM.format(version=version())
    if key == "faker":
        faker = metadata("faker")
        return _FAKER.format(author=faker["Author"], version=faker["Version"])
    return _entries()[key]


@cache
def _entries() -> Mapping[str, str]:
    """What is the same in every study, by key."""
    text = Path(__file__).with_name("references.bib").read_text(encoding="utf-8")
    found = re.finditer(r"^@\w+\{([\w-]+),\n.*?^\}\n", text, re.MULTILINE | re.DOTALL)
    return {entry[1]: entry[0] for entry in found}
