"""What confirmation shows: differences, sizes and costs, on the test split."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from reports.charts.figure import Figure, figure
from reports.comparison.estimate import Estimate, Interval
from reports.comparison.verdict import Verdict
from reports.drawing.axes import Axis, accuracy_axis, category_axis, log_axis, points_axis
from reports.drawing.chart import (
    STYLES,
    Band,
    Bars,
    Chart,
    Emphasis,
    Layer,
    Line,
    Orientation,
    Points,
    ReferenceLine,
    Style,
)
from reports.drawing.theme import Colour
from reports.findings.answer import Answer
from reports.findings.confirmation import (
    Range,
    Size,
    accuracy_span,
    cost_over_seeds,
    inference_microseconds,
    mean_accuracy,
    training_seconds,
)
from reports.findings.frontier import Sized, frontier
from reports.tables.confirmation import cost_table, difference_table
from reports.words.formatting import count, points
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord

_NEUTRAL = Style(Colour.TEXT, hollow=False)
_OVERALL = Style(Colour.ACCENT, hollow=True)


@figure
def difference_by_budget(record: StudyRecord, answer: Answer) -> Figure | None:
    """The difference at each budget and overall, with both intervals and the margin."""
    verdict = answer.verdict
    if verdict is None:
        return None
    return Figure(
        charts=(_difference_chart(record, answer, verdict),),
        caption=_difference_caption(record, answer),
        numbers=difference_table(record, answer, verdict),
    )


def _difference_caption(record: StudyRecord, answer: Answer) -> str:
    first, second = (cell_name(cell) for cell in record.cells)
    bars = (
        "The thick bar is the interval over seeds for these test examples; the thin one, which "
        "decides, also counts that other test examples could have been drawn."
        if answer.by_example
        else "Each bar is the interval over seeds, for these test examples."
    )
    return (
        f"Test accuracy of {first} minus {second} at matched sizes. {bars} The intervals of the "
        f"budgets have {_confidences(answer)} confidence (Holm), that of their mean 95 %. Inside "
        "the shaded band a difference does not matter."
    )


def _confidences(answer: Answer) -> str:
    """From the lowest to the highest confidence of the budgets' intervals."""
    found = [answered.comparison.confidence for answered in answer.budgets]
    low, high = (f"{100 * bound:.4g}" for bound in (min(found), max(found)))
    return f"{low} %" if low == high else f"{low} to {high} %"


def _difference_chart(record: StudyRecord, answer: Answer, verdict: Verdict) -> Chart:
    comparisons = [answered.comparison for answered in answer.budgets]
    estimates = [comparison.difference for comparison in comparisons]
    seeds = [comparison.interval_seeds for comparison in comparisons]
    both = [comparison.interval_seeds_examples for comparison in comparisons]
    names = [count(comparison.limit) for comparison in comparisons]
    overall = [Interval(bounds.low, bounds.high)] if (bounds := verdict.interval) else [None]
    first, second = (cell_name(cell) for cell in record.cells)
    margin = record.margin
    drawn = [bound for bounds in (*seeds, *both, *overall) if bounds for bound in bounds]
    rows = range(len(names))
    return Chart(
        key="difference-by-budget",
        title=f"Difference in test accuracy, {first} minus {second}, at each budget",
        description=f"{answer.sentence} One row for each budget, and one for their mean.",
        x=points_axis(
            "Difference in test accuracy, percentage points", [*estimates, *drawn, margin, -margin]
        ),
        y=category_axis(f"Budget, {record.budget.scope} parameters", [*names, "Mean"]),
        layers=(
            Band(
                low=-margin,
                high=margin,
                label=f"margin: \N{PLUS-MINUS SIGN}{points(margin)} points",
            ),
            ReferenceLine(value=0.0, solid=True),
            _intervals(seeds, rows, Colour.EDGE, Emphasis.BOLD, "interval, seeds"),
            _intervals(both, rows, Colour.TEXT, Emphasis.PLAIN, "interval, seeds, examples"),
            Points(style=_NEUTRAL, x=tuple(estimates), y=tuple(-float(row) for row in rows)),
            _intervals(overall, [len(names)], Colour.ACCENT, Emphasis.PLAIN, ""),
            Points(
                style=_OVERALL,
                x=(verdict.difference or 0.0,),
                y=(-float(len(names)),),
                emphasis=Emphasis.BOLD,
                label="mean of the budgets, 95 %",
            ),
        ),
        ends=(f"{second} more accurate", f"{first} more accurate"),
        height=176 + 36 * (len(names) + 1),
    )


def _intervals(
    bounds: Sequence[Interval | None],
    rows: Sequence[int],
    colour: Colour,
    emphasis: Emphasis,
    label: str,
) -> Bars:
    known = [(row, each) for row, each in zip(rows, bounds, strict=True) if each is not None]
    return Bars(
        colour=colour,
        at=tuple(-float(row) for row, _ in known),
        low=tuple(each.low for _, each in known),
        high=tuple(each.high for _, each in known),
        orientation=Orientation.X,
        emphasis=emphasis,
        label=label if known else "",
    )


@dataclass(frozen=True)
class Layers:
    """Layers, and the accuracies and sizes that their axes must hold."""

    layers: tuple[Layer, ...]
    accuracies: tuple[float, ...]
    sizes: tuple[float, ...]


def confirmed_layers(record: StudyRecord, answer: Answer, size: Size) -> Layers:
    """Mean test accuracy of each cell at each budget, its interval, and the frontier."""
    found = [
        _cell_layers(answer, cell, style, size)
        for cell, style in zip(record.cells, STYLES, strict=True)
    ]
    return Layers(
        tuple(layer for of_cell in found for layer in of_cell.layers),
        tuple(accuracy for of_cell in found for accuracy in of_cell.accuracies),
        tuple(across for of_cell in found for across in of_cell.sizes),
    )


def _cell_layers(answer: Answer, cell: str, style: Style, size: Size) -> Layers:
    known = [
        (across, mean_accuracy(answered.accuracies(cell)))
        for answered in answer.budgets
        if (across := size(answered, cell)) is not None
    ]
    if not known:
        return Layers((), (), ())
    spans = [(across, span) for across, mean in known if (span := accuracy_span(mean))]
    points = Points(
        style=style,
        x=tuple(across.middle for across, _ in known),
        y=tuple(mean.value for _, mean in known),
        emphasis=Emphasis.BOLD,
        label=f"{cell_name(cell)}, test (mean, interval)",
    )
    return Layers(
        (_frontier(known, style), *_bars(known, spans, style), points),
        (*points.y, *(bound for _, span in spans for bound in span)),
        tuple(value for across, _ in known for value in across),
    )


def _frontier(known: Sequence[tuple[Range, Estimate]], style: Style) -> Line:
    edge = frontier(Sized(across.middle, mean.value) for across, mean in known)
    return Line(
        colour=style.colour,
        x=tuple(each.parameters for each in edge),
        y=tuple(each.accuracy for each in edge),
        emphasis=Emphasis.PLAIN,
    )


def _bars(
    known: Sequence[tuple[Range, Estimate]], spans: Sequence[tuple[Range, Interval]], style: Style
) -> tuple[Bars, Bars]:
    """The intervals of the accuracies, and the ranges of the sizes."""
    ranged = [(across, mean) for across, mean in known if across.low < across.high]
    return (
        Bars(
            colour=style.colour,
            at=tuple(across.middle for across, _ in spans),
            low=tuple(span.low for _, span in spans),
            high=tuple(span.high for _, span in spans),
        ),
        Bars(
            colour=style.colour,
            at=tuple(mean.value for _, mean in ranged),
            low=tuple(across.low for across, _ in ranged),
            high=tuple(across.high for across, _ in ranged),
            orientation=Orientation.X,
        ),
    )


@figure
def costs(record: StudyRecord, answer: Answer) -> Figure | None:
    """Test accuracy against training time and against inference time; equal size, other cost."""
    measures = (
        ("training-time", "Training time of a model, seconds", training_seconds),
        ("inference-time", "Inference time of an example, microseconds", inference_microseconds),
    )
    charts = []
    for key, label, cost in measures:
        found = confirmed_layers(record, answer, partial(cost_over_seeds, cost=cost))
        if found.layers:
            charts.append(_cost_chart(key, log_axis(label, found.sizes), found))
    if not charts:
        return None
    return Figure(
        charts=tuple(charts),
        caption="Mean test accuracy with its 95 % interval over seeds, against what a model costs "
        "at that budget: the median over seeds, and a bar from the least to the most. Training "
        "time is the epochs times the median time of one, without compilation; inference time the "
        "shortest of several passes. Both were measured on the machine that ran it, where other "
        "trainings may have run beside. The axes are logarithmic.",
        numbers=cost_table(record, answer),
    )


def _cost_chart(key: str, x: Axis, found: Layers) -> Chart:
    return Chart(
        key=f"accuracy-by-{key}",
        title=f"Test accuracy against {x.label[0].lower()}{x.label[1:]}",
        description="Mean test accuracy of each cell at each budget, with its interval over "
        f"seeds, against the median {x.label[0].lower()}{x.label[1:]}.",
        x=x,
        y=accuracy_axis("Test accuracy", found.accuracies),
        layers=found.layers,
        width=400,
        height=310,
    )
