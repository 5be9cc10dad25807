"""Luck: how far searches and seeds scatter, and what of it is whose."""

from reports.charts.figure import Figure, figure
from reports.comparison.shares import VarianceShares
from reports.drawing.axes import Axis, Tick, accuracy_axis, category_axis, count_axis
from reports.drawing.chart import (
    Bars,
    Chart,
    Emphasis,
    Layer,
    Orientation,
    Points,
    styled,
)
from reports.drawing.theme import Colour
from reports.findings.answer import Answer, BudgetAnswer
from reports.tables.difference import by_search_table, shares_table
from reports.words.formatting import percent
from reports.words.labels import budget_label, metric_title, unit_of
from reports.words.phrases import listed, plural
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord

_APART = 0.14  # the cells beside each other, in searches


@figure
def searches(record: StudyRecord, answer: Answer) -> Figure | None:
    """Test accuracy of every run at the budget that was asked for, search by search."""
    if not answer.budgets:
        return None
    return Figure(
        charts=(_searches_chart(record, answer.budgets[0]),),
        caption=f"{metric_title(record, 'test')} at {budget_label(record)}: {_marks(record)}. "
        "Runs that failed score as the most frequent class.",
        numbers=by_search_table(record, answer),
    )


def _marks(record: StudyRecord) -> str:
    if record.replicates == 1:
        return f"every mark is the run of a {unit_of(record)}"
    return "every faint mark is a run on a seed of its own, every bold one the mean of a search"


def _searches_chart(record: StudyRecord, asked: BudgetAnswer) -> Chart:
    layers: list[Layer] = []
    unit = unit_of(record)
    numbers = asked.answers.searches
    accuracies: list[float] = []
    for place, (cell, style) in enumerate(styled(record.cells)):
        beside = _APART * (place - (len(record.cells) - 1) / 2)
        found = asked.answers.accuracies(cell)
        at = tuple(number + beside for number in numbers)
        layers += [
            Points(
                style=style,
                x=tuple(each for each in at for _ in range(found.shape[1])),
                y=tuple(found.ravel().tolist()),
                emphasis=Emphasis.FAINT,
            ),
            Points(
                style=style,
                x=at,
                y=tuple(found.mean(axis=1).tolist()),
                emphasis=Emphasis.BOLD,
                label=f"{cell_name(cell)}, mean" if record.replicates > 1 else cell_name(cell),
            ),
        ]
        accuracies += found.ravel().tolist()
    return Chart(
        key="accuracy-by-search",
        title=f"{metric_title(record, 'test')} of every run, {unit} by {unit}",
        description=f"Runs of {listed([cell_name(cell) for cell in record.cells])} in "
        f"{plural(len(numbers), unit)}. The numbers are in the table below.",
        x=_search_axis(unit.capitalize(), numbers),
        y=accuracy_axis(metric_title(record, "test"), accuracies),
        layers=tuple(layers),
        height=330,
    )


def _search_axis(label: str, numbers: tuple[int, ...]) -> Axis:
    found = count_axis(label, max(numbers))
    return Axis(label=found.label, low=0.5, high=max(numbers) + 0.5, ticks=tuple(
        tick for tick in found.ticks if tick.value <= max(numbers)
    ))  # fmt: skip


@figure
def luck(record: StudyRecord, answer: Answer) -> Figure | None:
    """Shares of search, seed and test examples in the variance of one search's difference."""
    known = answer.known
    if known is None or known.shares is None:
        return None
    first, second = (cell_name(cell) for cell in known.cells)
    return Figure(
        charts=(_shares_chart(known.shares),),
        caption=f"What makes the difference of one search ({first} minus {second} at "
        f"{budget_label(record)}) come out otherwise than that of another study: what the search "
        "found and how it split, the seeds of its runs, and which test examples there are. More "
        "searches average the first two; the last needs a larger test split.",
        numbers=shares_table(known),
    )


def _shares_chart(shares: VarianceShares) -> Chart:
    parts = (("Search", shares.search), ("Seeds", shares.seed), ("Examples", shares.examples))
    ticks = tuple(Tick(share / 100, f"{share} %") for share in (0, 25, 50, 75, 100))
    told = ", ".join(f"{name.lower()} {percent(share, 0)}" for name, share in parts)
    return Chart(
        key="luck",
        title="Shares of luck in the difference of one search",
        description=f"Shares of the variance: {told}.",
        x=Axis(label="Share of the variance", low=0.0, high=1.04, ticks=ticks),
        y=category_axis("", [name for name, _ in parts]),
        layers=(
            Bars(
                colour=Colour.ACCENT,
                at=tuple(-float(row) for row in range(len(parts))),
                low=(0.0,) * len(parts),
                high=tuple(share for _, share in parts),
                orientation=Orientation.X,
                emphasis=Emphasis.BOLD,
            ),
        ),
        height=200,
    )
