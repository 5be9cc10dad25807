"""Names as labels, file names and styles."""

import re

from reports.words.formatting import count
from study.trials.record import StudyRecord

STYLES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


def budget_label(record: StudyRecord, limit: int | None = None) -> str:
    """A budget with its scope, the study's own or that of a lower limit: 20,736 cell parameters."""
    return f"{count(limit or record.budget.limit)} {record.budget.scope} parameters"


def style_of(record: StudyRecord, cell: str) -> str:
    """The style of a cell's rows in tables."""
    return STYLES[record.cells.index(cell) % len(STYLES)]


def unit_of(record: StudyRecord, *, many: bool = False) -> str:
    """What the statistics count: searches; where candidates were given, seeds."""
    if record.trials_per_search:
        return "searches" if many else "search"
    return "seeds" if many else "seed"


def slug(text: str) -> str:
    """The text as a file name and id: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def shortened(text: str, most: int = 18) -> str:
    """The text, its end cut off where it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"
