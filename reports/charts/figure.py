"""The report's figures: charts that stand together, what they show, and the numbers behind them.

A function of this folder that is marked `@figure` makes one of them. It needs no other entry:
the page's template shows it under the function's name, and each of its charts is written to
`charts/` under its key, so both are unique. `luck` in `luck.py` is a short example.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeAlias, TypeVar

from reports.drawing.chart import Chart
from reports.findings.answer import Answer
from reports.tables.table import Table
from study.trials.record import StudyRecord


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One chart, or several that belong together.

    Attributes:
        charts: Nothing is drawn yet.
        caption: What they show.
        numbers: What they are drawn from, or a digest of it.
        notes: What else is to be said, such as why a cell is missing.
    """

    charts: tuple[Chart, ...]
    caption: str
    numbers: Table
    notes: tuple[str, ...] = ()


# None where the records cannot fill the figure.
Maker: TypeAlias = Callable[[StudyRecord, Answer], Figure | None]
M = TypeVar("M", bound=Maker)
_MAKERS: dict[str, Maker] = {}


def figure(make: M) -> M:
    """Count a function among those that make the report's figures.

    Raises:
        ValueError: Another one has its name.
    """
    if _MAKERS.get(make.__name__, make) is not make:
        raise ValueError(f"There is a figure {make.__name__!r} already; choose another name.")
    _MAKERS[make.__name__] = make
    return make


def figures(record: StudyRecord, answer: Answer) -> dict[str, Figure | None]:
    """Every figure by the name of the function that makes it."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        import_module(f"{__package__}.{module.name}")
    return {name: make(record, answer) for name, make in _MAKERS.items()}


def charts_of(made: Mapping[str, Figure | None]) -> list[Chart]:
    """The charts of all figures."""
    return [chart for each in made.values() if each for chart in each.charts]
