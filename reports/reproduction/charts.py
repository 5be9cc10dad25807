"""Charts of a reproduction: each model's three figures, and accuracy by epoch."""

from collections.abc import Mapping

from reports.charts.figure import Figure
from reports.charts.trial import curve_line
from reports.drawing.axes import accuracy_axis, category_axis, count_axis
from reports.drawing.chart import (
    STYLES,
    Bars,
    Chart,
    Emphasis,
    Marker,
    Orientation,
    Points,
    Style,
)
from reports.drawing.theme import Colour
from reports.findings.confirmation import accuracy_span
from reports.reproduction.findings import Findings
from reports.reproduction.tables import epoch_table, results_table
from study.reproduction.notebook import GRU_128, GRU_154, LSTM_128, MODELS, NotebookModel

_NOTEBOOK = Style(Colour.MUTED, Marker.DIAMOND)
_REPEATED = Style(Colour.TEXT)
_FAIR = Style(Colour.ACCENT, Marker.DIAMOND)
_APART = 0.2  # of a row's height, between the figures of one model


def results(findings: Findings) -> Figure:
    """For each model the notebook's figure, ours by its protocol, and the fair mean."""
    reported = {model: known for model in MODELS if (known := findings.reported(model))}
    repeated = {model: told[-1] for model in MODELS if (told := findings.by_its_protocol(model))}
    means = {model: mean for model in MODELS if (mean := findings.fair_mean(model))}
    spans = {model: span for model, mean in means.items() if (span := accuracy_span(mean))}
    fair = {model: mean.value for model, mean in means.items()}
    bars = Bars(
        colour=Colour.ACCENT,
        at=tuple(_height(model, -_APART) for model in spans),
        low=tuple(span.low for span in spans.values()),
        high=tuple(span.high for span in spans.values()),
        orientation=Orientation.X,
    )
    chart = Chart(
        key="notebook-accuracy",
        title="Test accuracy of the notebook's three models",
        description="One row for each model. The numbers are in the table beside.",
        x=accuracy_axis(
            "Test accuracy",
            [*reported.values(), *repeated.values(), *fair.values(), *bars.low, *bars.high],
        ),
        y=category_axis("Model", [model.name for model in MODELS]),
        layers=(
            _points(reported, _APART, _NOTEBOOK, "notebook"),
            _points(repeated, 0.0, _REPEATED, "its protocol, run here"),
            bars,
            _points(fair, -_APART, _FAIR, "fair protocol: mean and interval"),
        ),
        height=300,
    )
    return Figure(
        charts=(chart,),
        caption="The notebook's figures, those of its protocol run here, and the fair protocol's "
        "means with their 95 % intervals over seeds; GRU(128) has no partner of its size, so no "
        "fair run.",
        numbers=results_table(findings),
    )


def _points(
    figures: Mapping[NotebookModel, float], offset: float, style: Style, label: str
) -> Points:
    return Points(
        style=style,
        x=tuple(figures.values()),
        y=tuple(_height(model, offset) for model in figures),
        emphasis=Emphasis.BOLD if style is _FAIR else Emphasis.PLAIN,
        label=label if figures else "",
    )


def _height(model: NotebookModel, offset: float) -> float:
    return offset - MODELS.index(model)


def epochs(findings: Findings) -> Figure:
    """Test accuracy by epoch in the runs by the notebook's protocol."""
    styles = {
        LSTM_128: STYLES[0],
        GRU_128: Style(Colour.EDGE, Marker.DIAMOND),
        GRU_154: STYLES[1],
    }
    lines = {
        model: curve_line(enumerate(findings.by_its_protocol(model), start=1), style.colour)
        for model, style in styles.items()
    }
    points = [
        Points(style=styles[model], x=line.x, y=line.y, label=model.name)
        for model, line in lines.items()
    ]
    chart = Chart(
        key="notebook-epochs",
        title="Test accuracy by epoch, by the notebook's protocol",
        description="One line for each model, as long as it was trained.",
        x=count_axis("Epoch", max(1, *(len(line.x) for line in lines.values()))),
        y=accuracy_axis("Test accuracy", [y for line in lines.values() for y in line.y]),
        layers=(*lines.values(), *points),
        height=320,
    )
    return Figure(
        charts=(chart,),
        caption="By the notebook's protocol: test accuracy after each epoch, for as long as it "
        "trained each model. Its conclusion compares the last point of LSTM(128) with the last "
        "of GRU(154).",
        numbers=epoch_table(findings),
    )
