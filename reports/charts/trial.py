"""Pictures for the dashboard."""

from collections.abc import Sequence

from reports.drawing.axes import accuracy_axis, count_axis
from reports.drawing.chart import STYLES, Chart, Emphasis, Line
from reports.drawing.draw import draw_png
from study.training.curve import CurvePoint


def learning_curve(curve: Sequence[CurvePoint], title: str) -> bytes:
    """Training and validation accuracy of one trial by epoch, as PNG."""
    epochs = tuple(float(epoch) for epoch in range(1, len(curve) + 1))
    training = tuple(point.accuracy for point in curve)
    validation = tuple(point.validation_accuracy for point in curve)
    chart = Chart(
        key="learning-curve",
        title=title,
        description="",
        x=count_axis(f"Epoch, {title}", len(curve)),
        y=accuracy_axis("Accuracy", [*training, *validation]),
        layers=(
            Line(colour=STYLES[1].colour, x=epochs, y=training, dashed=True, label="training"),
            Line(
                colour=STYLES[0].colour,
                x=epochs,
                y=validation,
                emphasis=Emphasis.BOLD,
                label="validation",
            ),
        ),
        width=400,
        height=310,
    )
    return draw_png(chart, scale=1.5)
