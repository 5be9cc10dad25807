"""Pictures for the dashboard."""

from collections.abc import Iterable, Sequence

from reports.drawing.axes import Axis, accuracy_axis, count_axis
from reports.drawing.chart import STYLES, Chart, Emphasis, Line
from reports.drawing.theme import Colour
from study.datasets.metric import Metric
from study.training.curve import CurvePoint


def learning_curve(curve: Sequence[CurvePoint], title: str, metric: Metric) -> bytes:
    """Training accuracy of one trial by epoch, and validation by the metric, as PNG."""
    from reports.drawing.draw import draw_png  # Matplotlib, not wanted before a training's end

    training = curve_line(training_curve(curve), STYLES[1].colour, dashed=True, label="training")
    validation = curve_line(
        validation_curve(curve), STYLES[0].colour, Emphasis.BOLD, label="validation"
    )
    chart = Chart(
        key="learning-curve",
        title=title,
        description="",
        x=epoch_axis([training], title),
        y=accuracy_axis(metric.display_name.capitalize(), [*training.y, *validation.y]),
        layers=(training, validation),
        width=400,
        height=310,
    )
    return draw_png(chart, scale=1.5)


def training_curve(curve: Sequence[CurvePoint]) -> list[tuple[float, float]]:
    """Training accuracy by epoch; at the end of what it was measured on."""
    return [(point.epoch, point.accuracy) for point in curve]


def validation_curve(curve: Sequence[CurvePoint]) -> list[tuple[float, float]]:
    """Validation accuracy by epoch."""
    return [(point.epoch, point.validation_accuracy) for point in curve]


def curve_line(
    points: Iterable[tuple[float, float]],
    colour: Colour,
    emphasis: Emphasis = Emphasis.PLAIN,
    dashed: bool = False,
    label: str = "",
) -> Line:
    """A line through epochs and accuracies."""
    shown = list(points)
    return Line(
        colour=colour,
        x=tuple(float(epoch) for epoch, _ in shown),
        y=tuple(accuracy for _, accuracy in shown),
        emphasis=emphasis,
        dashed=dashed,
        label=label,
    )


def epoch_axis(lines: Iterable[Line], title: str = "") -> Axis:
    """The epochs that these lines, and others as long, go through."""
    epochs = [epoch for line in lines for epoch in line.x]
    label = f"Epoch, {title}" if title else "Epoch"
    return count_axis(label, max(epochs, default=1.0), least=min(epochs, default=1.0))
