"""Names as labels, file names and styles."""

import re

from reports.words.formatting import count
from study.datasets.metric import Metric
from study.trials.record import StudyRecord

STYLES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


def budget_label(record: StudyRecord, limit: int | None = None) -> str:
    """A budget with its scope, the study's own or that of a lower limit: 20,736 cell parameters."""
    return f"{count(limit or record.budget.limit)} {record.budget.scope} parameters"


def on_data(dataset: str, metric: Metric) -> str:
    """On a data set, and in what if not in accuracy: "on mails in balanced accuracy"."""
    if metric is Metric.ACCURACY:
        return f"on {dataset}"
    return f"on {dataset} in {metric.display_name}"


def metric_name(record: StudyRecord, split: str = "") -> str:
    """What is compared, on a split or at all: test accuracy, or balanced accuracy."""
    return f"{split} {record.metric.display_name}".strip()


def metric_title(record: StudyRecord, split: str = "") -> str:
    """The same where a title or a label begins with it."""
    return metric_name(record, split).capitalize()


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
