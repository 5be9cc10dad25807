"""Charts of a reproduction: each model's three figures, and accuracy by epoch."""

from collections.abc import Mapping

from reports.drawing.axes import accuracy_axis, category_axis, count_axis
from reports.drawing.chart import (
    STYLES,
    Bars,
    Chart,
    Emphasis,
    Layer,
    Line,
    Orientation,
    Points,
    Style,
)
from reports.drawing.theme import Colour
from reports.findings.confirmation import accuracy_span
from reports.reproduction.findings import Findings
from study.reproduction.protocols import GRU_128, GRU_154, LSTM_128, MODELS, NotebookModel

_NOTEBOOK = Style(Colour.MUTED, hollow=True)
_REPEATED = Style(Colour.TEXT, hollow=False)
_FAIR = Style(Colour.ACCENT, hollow=True)
_APART = 0.2  # of a row's height, between the figures of one model


def results_chart(findings: Findings) -> Chart:
    """For each model the notebook's figure, ours by its protocol, and the fair mean."""
    known = findings.record.plan.on_the_notebooks_data
    reported = {model: model.accuracy for model in MODELS if known}
    repeated = {m: run.test_accuracy for m in MODELS if (run := findings.by_its_protocol(m))}
    means = {m: mean for m in MODELS if (mean := findings.fair_mean(m))}
    spans = {m: span for m, mean in means.items() if (span := accuracy_span(mean))}
    fair = {model: mean.value for model, mean in means.items()}
    bars = Bars(
        colour=Colour.ACCENT,
        at=tuple(_height(model, -_APART) for model in spans),
        low=tuple(span.low for span in spans.values()),
        high=tuple(span.high for span in spans.values()),
        orientation=Orientation.X,
    )
    return Chart(
        key="notebook-and-here",
        title="Test accuracy of the notebook's three models",
        description="One row for each model. The numbers are in the table below.",
        x=accuracy_axis(
            "Test accuracy",
            [*reported.values(), *repeated.values(), *fair.values(), *bars.low, *bars.high],
        ),
        y=category_axis("Model", [model.name for model in MODELS]),
        layers=(
            *_points(reported, _APART, _NOTEBOOK, "notebook"),
            *_points(repeated, 0.0, _REPEATED, "its protocol, run here"),
            bars,
            *_points(fair, -_APART, _FAIR, "fair protocol: mean and interval", Emphasis.BOLD),
        ),
        height=300,
    )


def _points(
    figures: Mapping[NotebookModel, float],
    offset: float,
    style: Style,
    label: str,
    emphasis: Emphasis = Emphasis.PLAIN,
) -> tuple[Points, ...]:
    if not figures:
        return ()
    return (
        Points(
            style=style,
            x=tuple(figures.values()),
            y=tuple(_height(model, offset) for model in figures),
            emphasis=emphasis,
            label=label,
        ),
    )


def _height(model: NotebookModel, offset: float) -> float:
    return offset - MODELS.index(model)


def curves_chart(findings: Findings) -> Chart:
    """Test accuracy by epoch in the runs by the notebook's protocol."""
    styles = {
        LSTM_128: STYLES[0],
        GRU_128: Style(Colour.EDGE, hollow=True),
        GRU_154: STYLES[1],
    }
    layers: list[Layer] = []
    heights: list[float] = []
    longest = 1
    for model, style in styles.items():
        run = findings.by_its_protocol(model)
        if run is None:
            continue
        x = tuple(float(epoch + 1) for epoch in range(len(run.curve)))
        y = tuple(point.validation_accuracy for point in run.curve)
        layers += [
            Line(colour=style.colour, x=x, y=y),
            Points(style=style, x=x, y=y, label=model.name),
        ]
        heights += y
        longest = max(longest, len(x))
    return Chart(
        key="its-protocol-by-epoch",
        title="Test accuracy by epoch, by the notebook's protocol",
        description="One line for each model, as long as it was trained.",
        x=count_axis("Epoch", longest),
        y=accuracy_axis("Test accuracy", heights),
        layers=tuple(layers),
        height=320,
    )
