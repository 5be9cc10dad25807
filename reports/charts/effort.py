"""What more trials bring: accuracy and difference against the effort of tuning."""

from collections.abc import Sequence

from reports.charts.figure import Figure, figure
from reports.comparison.verdict import Verdict
from reports.drawing.axes import Axis, Tick, accuracy_axis, points_axis
from reports.drawing.chart import (
    Bars,
    Chart,
    Emphasis,
    Layer,
    Line,
    Marker,
    Points,
    Style,
    styled,
)
from reports.drawing.theme import Colour
from reports.findings.answer import Answer, EffortStep
from reports.tables.difference import effort_table
from reports.words.formatting import count
from reports.words.labels import budget_label, metric_name, metric_title
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord

_SEARCH = Style(Colour.MUTED)
_MEAN = Style(Colour.ACCENT, Marker.DIAMOND)
_APART = 1.05  # the cells beside each other, as a factor on the logarithmic axis


@figure
def effort(record: StudyRecord, answer: Answer) -> Figure | None:
    """Accuracy of every cell, and the difference, after a part of the trials and after all."""
    known, steps = answer.known, answer.effort
    if known is None or len(steps) < 2:
        return None
    looked = answer.verdict is not None
    first, second = (cell_name(cell) for cell in known.cells)
    x = _trials_axis([step.trials for step in steps])
    return Figure(
        charts=(
            _accuracy_chart(record, steps, x),
            _difference_chart(record, known, steps, x, looked=looked),
        ),
        caption="What had won after so many trials of each cell at "
        f"{budget_label(record)}, trained afresh and scored on the test split. Left: mean "
        f"{metric_name(record, 'test')} of each cell, every search a small mark. Right: {first} "
        f"minus {second}, every search a dot{', with the interval of the mean' * looked}; dashed "
        "lines are the margin. The test split chose none of these models, so that a rise is no "
        "flattery of choosing; whether it is more than luck, the scatter of the searches tells.",
        numbers=effort_table(record, answer),
    )


def _trials_axis(trials: Sequence[int]) -> Axis:
    return Axis(
        label="Trials of a cell at this budget",
        low=trials[0] / 1.25,
        high=trials[-1] * 1.25,
        ticks=tuple(Tick(float(each), count(each)) for each in trials),
        log=True,
    )


def _accuracy_chart(record: StudyRecord, steps: Sequence[EffortStep], x: Axis) -> Chart:
    layers: list[Layer] = []
    accuracies: list[float] = []
    cells = len(record.cells)
    for place, (cell, style) in enumerate(styled(record.cells)):
        beside = _APART ** (place - (cells - 1) / 2)
        by_search = [step.answers.accuracies(cell).mean(axis=1).tolist() for step in steps]
        means = tuple(sum(each) / len(each) for each in by_search)
        at = tuple(step.trials * beside for step in steps)
        layers += [
            Points(
                style=style,
                x=tuple(a for a, each in zip(at, by_search, strict=True) for _ in each),
                y=tuple(value for each in by_search for value in each),
                emphasis=Emphasis.FAINT,
            ),
            Line(colour=style.colour, x=at, y=means),
            Points(
                style=style, x=at, y=means, emphasis=Emphasis.BOLD, label=f"{cell_name(cell)}, mean"
            ),
        ]
        accuracies += [value for each in by_search for value in each]
    return Chart(
        key="accuracy-by-effort",
        title=f"{metric_title(record, 'test')} against trials of a cell",
        description=f"Mean {metric_name(record, 'test')} of each cell after a quarter, half and "
        "all of its trials, with every search.",
        x=x,
        y=accuracy_axis(metric_title(record, "test"), accuracies),
        layers=tuple(layers),
        width=400,
        height=330,
    )


def _difference_chart(
    record: StudyRecord, known: Verdict, steps: Sequence[EffortStep], x: Axis, *, looked: bool
) -> Chart:
    first, second = (cell_name(cell) for cell in known.cells)
    at = tuple(float(step.trials) for step in steps)
    means = tuple(step.comparison.difference for step in steps)
    searches, intervals = _searches(steps), _intervals(steps if looked else ())
    drawn = [*means, *searches.y, *intervals.low, *intervals.high]
    return Chart(
        key="difference-by-effort",
        title=f"Difference in {metric_name(record, 'test')}, {first} minus {second}, against "
        "trials of a cell",
        description="The mean difference after a quarter, half and all of the trials of each "
        "cell, with every search.",
        x=x,
        y=points_axis(f"{first} minus {second}, points", [*drawn, known.margin, -known.margin]),
        layers=(
            *(_level(x, value, dashed=bool(value)) for value in (-known.margin, 0.0, known.margin)),
            searches,
            Line(colour=Colour.ACCENT, x=at, y=means),
            intervals,
            Points(style=_MEAN, x=at, y=means, emphasis=Emphasis.BOLD, label="mean"),
        ),
        width=400,
        height=330,
    )


def _searches(steps: Sequence[EffortStep]) -> Points:
    """The difference that each search found."""
    found = [(step.trials, each) for step in steps for each in step.comparison.differences]
    return Points(
        style=_SEARCH,
        x=tuple(float(trials) for trials, _ in found),
        y=tuple(float(difference) for _, difference in found),
        label="a search",
    )


def _intervals(steps: Sequence[EffortStep]) -> Bars:
    """The interval of the mean difference, where there is one."""
    found = [(step.trials, bounds) for step in steps if (bounds := step.comparison.interval)]
    return Bars(
        colour=Colour.ACCENT,
        at=tuple(float(trials) for trials, _ in found),
        low=tuple(bounds.low for _, bounds in found),
        high=tuple(bounds.high for _, bounds in found),
    )


def _level(x: Axis, value: float, *, dashed: bool) -> Line:
    """A line across the chart."""
    return Line(colour=Colour.EDGE, x=(x.low, x.high), y=(value, value), dashed=dashed)
