"""Confirmed models in a chart: means over searches, their intervals, and the frontier."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.comparison.estimate import Estimate, Interval
from reports.drawing.chart import (
    Bars,
    Emphasis,
    Layer,
    Line,
    Orientation,
    Points,
    Style,
    styled,
)
from reports.findings.answer import Answer
from reports.findings.confirmation import Range, Size, accuracy_span, mean_accuracy
from reports.findings.frontier import Sized, frontier
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord


@dataclass(frozen=True)
class Layers:
    """Layers, and the accuracies and sizes that their axes must hold."""

    layers: tuple[Layer, ...]
    accuracies: tuple[float, ...]
    sizes: tuple[float, ...]


def confirmed_layers(record: StudyRecord, answer: Answer, size: Size) -> Layers:
    """Mean test accuracy of each cell at each budget, its interval, and the frontier."""
    found = [_cell_layers(answer, cell, style, size) for cell, style in styled(record.cells)]
    return Layers(
        tuple(layer for of_cell in found for layer in of_cell.layers),
        tuple(accuracy for of_cell in found for accuracy in of_cell.accuracies),
        tuple(across for of_cell in found for across in of_cell.sizes),
    )


def _cell_layers(answer: Answer, cell: str, style: Style, size: Size) -> Layers:
    known = [
        (across, mean_accuracy(answered, cell))
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
        label=f"{cell_name(cell)}, test",
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
