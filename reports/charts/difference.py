"""How the cells differ: every search, what they come to, and what another study would find."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.figure import Figure, figure
from reports.comparison.estimate import Interval
from reports.comparison.pairs import PairComparison
from reports.comparison.verdict import Verdict
from reports.drawing.axes import category_axis, points_axis
from reports.drawing.chart import (
    Band,
    Bars,
    Chart,
    Emphasis,
    Layer,
    Marker,
    Orientation,
    Points,
    ReferenceLine,
    Style,
)
from reports.drawing.theme import Colour
from reports.findings.answer import Answer
from reports.tables.difference import difference_table
from reports.words.formatting import count, points
from reports.words.labels import budget_label, metric_name, metric_title, shortened, unit_of
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord

_SEARCH = Style(Colour.MUTED)
_OTHERS = Style(Colour.TEXT, Marker.DIAMOND)
_HEADLINE = Style(Colour.ACCENT, Marker.DIAMOND)
_ABOVE = 0.27  # of a row's height: the searches, over what they come to


@dataclass(frozen=True)
class _Row:
    """One row of a chart; without searches it is a mean over budgets."""

    name: str
    differences: tuple[float, ...]
    difference: float
    interval: Interval | None
    prediction: Interval | None
    style: Style = _OTHERS

    @classmethod
    def of(cls, found: PairComparison, name: str, *, looked: bool, headline: bool) -> "_Row":
        """A comparison; before a look its intervals are not shown."""
        return cls(
            name,
            tuple(found.differences.tolist()),
            found.difference,
            found.interval if looked else None,
            found.prediction if looked else None,
            _HEADLINE if headline else _OTHERS,
        )


@figure
def difference_by_search(record: StudyRecord, answer: Answer) -> Figure | None:
    """The difference of the headline's cells at every budget, search by search."""
    known, looked = answer.known, answer.verdict is not None
    if known is None:
        return None
    named, unit = metric_name(record, "test"), unit_of(record)
    first, second = (cell_name(cell) for cell in known.cells)
    rows = [
        _Row.of(
            _turned(answered.comparison(known.cells), known.cells),
            count(answered.limit),
            looked=looked,
            headline=answered.limit == known.limit,
        )
        for answered in answer.budgets
    ]
    if (mean := known.mean_over_budgets) and looked:
        rows.append(_Row("Mean", (), mean.difference, mean.interval, None))
    chart = _chart(
        (
            "difference-by-search",
            f"Difference in {named}, {first} minus {second}, {unit} by {unit}",
            f"Budget, {record.budget.scope} parameters",
        ),
        rows,
        record,
        known,
        ends=True,
    )
    return Figure(
        charts=(chart,),
        caption=_caption(record, known, looked=looked),
        numbers=difference_table(record, answer, known),
    )


@figure
def difference_by_pair(record: StudyRecord, answer: Answer) -> Figure | None:
    """Of more than two cells, the difference of every pair at the budget that was asked for."""
    known, looked = answer.known, answer.verdict is not None
    if known is None or len(record.cells) < 3:
        return None
    rows = [
        _Row.of(
            shown,
            " \N{MINUS SIGN} ".join(shortened(cell_name(cell), 12) for cell in shown.cells),
            looked=looked,
            headline=set(shown.cells) == set(known.cells),
        )
        for found in answer.budgets[0].comparisons
        for shown in [found if found.difference >= 0 else found.reversed()]
    ]
    chart = _chart(
        (
            "difference-by-pair",
            f"Difference in {metric_name(record, 'test')} of every pair of cells",
            "Cells, the more accurate first",
        ),
        sorted(rows, key=lambda row: -row.difference),
        record,
        known,
        ends=False,
    )
    return Figure(
        charts=(chart,),
        caption=f"Every pair of cells at {budget_label(record)}, the more accurate minus the other"
        f"{'; the levels of the intervals are those of Holm over the pairs' * looked}.",
        numbers=difference_table(record, answer, known),
    )


def _turned(found: PairComparison, cells: tuple[str, str]) -> PairComparison:
    return found if found.cells == cells else found.reversed()


def _caption(record: StudyRecord, known: Verdict, *, looked: bool) -> str:
    first, second = (cell_name(cell) for cell in known.cells)
    of_seeds = ", the mean over its seeds" if record.replicates > 1 else ""
    told = (
        f"{metric_title(record, 'test')} of {first} minus {second} at matched sizes. Every dot "
        f"is a {unit_of(record)}{of_seeds}; the diamond below is the mean of the "
        f"{unit_of(record, many=True)}"
    )
    if not looked:
        return f"{told}. Intervals are shown from the first look at the verdict on."
    return (
        f"{told} with its interval, and the grey bar is where the mean of one more study like this "
        f"would lie (95 %). The budget that was asked for, {budget_label(record)}, is in colour. "
        "Inside the shaded band a difference does not matter."
    )


def _chart(
    names: tuple[str, str, str],
    rows: Sequence[_Row],
    record: StudyRecord,
    known: Verdict,
    *,
    ends: bool,
) -> Chart:
    """One row below the other; `names` are its key, its title and what the rows are."""
    key, title, label = names
    margin, named = known.margin, metric_name(record, "test")
    first, second = (shortened(cell_name(cell), 14) for cell in known.cells)
    drawn = [value for row in rows for value in (*row.differences, row.difference)]
    drawn += [
        bound for row in rows for each in (row.interval, row.prediction) if each for bound in each
    ]
    return Chart(
        key=key,
        title=title,
        description=f"{len(rows)} rows, from {rows[0].name} to {rows[-1].name}. The numbers are in "
        "the table below.",
        x=points_axis(f"Difference in {named}, percentage points", [*drawn, margin, -margin]),
        y=category_axis(label, [row.name for row in rows]),
        layers=_layers(rows, known.margin, unit_of(record)),
        ends=(f"{second} more accurate", f"{first} more accurate") if ends else None,
        height=186 + 48 * len(rows),
    )


def _layers(rows: Sequence[_Row], margin: float, unit: str) -> tuple[Layer, ...]:
    heights = [-float(row) for row in range(len(rows))]
    placed = list(zip(heights, rows, strict=True))
    predictions = [(at, row.prediction) for at, row in placed if row.prediction]
    intervals = [(at, row.interval, row.style.colour) for at, row in placed if row.interval]
    mean = "mean, interval" if intervals else "mean"
    searches = [(value, at + _ABOVE) for at, row in placed for value in row.differences]
    return (
        Band(low=-margin, high=margin, label=f"margin: \N{PLUS-MINUS SIGN}{points(margin)} points"),
        ReferenceLine(value=0.0, solid=True),
        _bars(predictions, Colour.RANGE, Emphasis.BOLD, "asked again, 95 %"),
        Points(
            style=_SEARCH,
            x=tuple(value for value, _ in searches),
            y=tuple(at for _, at in searches),
            label=f"a {unit}" if searches else "",
        ),
        *(_bars([(at, bounds)], colour, Emphasis.PLAIN, "") for at, bounds, colour in intervals),
        *(
            Points(
                style=style,
                x=tuple(row.difference for _, row in placed if row.style == style),
                y=tuple(at for at, row in placed if row.style == style),
                emphasis=Emphasis.BOLD,
                label=label,
            )
            for style, label in ((_HEADLINE, mean), (_OTHERS, ""))
        ),
    )


def _bars(
    bounds: Sequence[tuple[float, Interval]], colour: Colour, emphasis: Emphasis, label: str
) -> Bars:
    return Bars(
        colour=colour,
        at=tuple(at for at, _ in bounds),
        low=tuple(each.low for _, each in bounds),
        high=tuple(each.high for _, each in bounds),
        orientation=Orientation.X,
        emphasis=emphasis,
        label=label if bounds else "",
    )
