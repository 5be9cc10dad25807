"""Text in a chart: how large it is, how much room it takes, and where it is written."""

from typing import Any

from matplotlib.axes import Axes

from reports.drawing.chart import Chart

FONT_SIZE = 12.5
CSS_PIXELS = 72  # of an inch
_CHARACTER = 0.56 * FONT_SIZE  # average width
_ENLARGED = 17.0 / FONT_SIZE  # text of wide charts on a narrow page, by the style sheet
LINE = 22.0  # height of a line of text
BASELINE = 4.5  # of text that is centred on a height


def character_width(chart: Chart) -> float:
    """Room for one character of text."""
    return _CHARACTER if chart.narrow else _CHARACTER * _ENLARGED


def write(axes: Axes, text: str, x: float, y: float, **style: Any) -> None:
    """One line of text, which starts on its baseline at a place in pixels."""
    figure = axes.figure
    figure.text(x / CSS_PIXELS, y / CSS_PIXELS, text, transform=figure.dpi_scale_trans, **style)
