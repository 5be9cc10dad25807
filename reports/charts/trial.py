"""Pictures for the dashboard."""

from collections.abc import Sequence

from reports.drawing.axes import accuracy_axis, count_axis
from reports.drawing.chart import STYLES, Chart, Emphasis, Line
from reports.drawing.theme import Colour
from study.training.curve import CurvePoint


def learning_curve(curve: Sequence[CurvePoint], title: str) -> bytes:
    """Training and validation accuracy of one trial by epoch, as PNG."""
    from reports.drawing.draw import draw_png  # Matplotlib, not wanted before a training's end

    training = [point.accuracy for point in curve]
    validation = [point.validation_accuracy for point in curve]
    first, second = (style.colour for style in STYLES)
    chart = Chart(
        key="learning-curve",
        title=title,
        description="",
        x=count_axis(f"Epoch, {title}", len(curve)),
        y=accuracy_axis("Accuracy", [*training, *validation]),
        layers=(
            curve_line(training, second, dashed=True, label="training"),
            curve_line(validation, first, Emphasis.BOLD, label="validation"),
        ),
        width=400,
        height=310,
    )
    return draw_png(chart, scale=1.5)


def curve_line(
    accuracies: Sequence[float],
    colour: Colour,
    emphasis: Emphasis = Emphasis.PLAIN,
    dashed: bool = False,
    label: str = "",
) -> Line:
    """Accuracy after each epoch."""
    return Line(
        colour=colour,
        x=tuple(float(epoch) for epoch in range(1, len(accuracies) + 1)),
        y=tuple(accuracies),
        emphasis=emphasis,
        dashed=dashed,
        label=label,
    )
