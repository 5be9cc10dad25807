"""The legend over a chart: every labelled layer as a sample with its label."""

import math
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.path import Path

from reports.drawing.chart import Band, Bars, Chart, Layer, Line, Orientation, Points
from reports.drawing.layers import draw_layer, draw_marks
from reports.drawing.lettering import BASELINE, LINE, character_width, write
from reports.drawing.theme import Colour

_SAMPLE = 22.0  # width of a sample in the legend
_SWATCH = Path([(-11, -6), (-11, 6), (11, 6), (11, -6), (-11, -6)], closed=True)


def _columns(chart: Chart) -> tuple[int, float]:
    """How many entries stand side by side, and how far apart."""
    longest = max((len(layer.label) for layer in chart.labelled), default=0)
    width = _SAMPLE + 22 + longest * character_width(chart)
    return max(1, int((chart.width - 8) // width)), width


def legend_rows(chart: Chart) -> int:
    """How many lines of text it takes."""
    return math.ceil(len(chart.labelled) / _columns(chart)[0])


def draw_legend(axes: Axes, chart: Chart) -> None:
    """The legend, along the upper edge of the chart; nothing where no layer has a label."""
    columns, width = _columns(chart)
    for place, layer in enumerate(chart.labelled):
        left, base = 4 + place % columns * width, chart.height - 16 - place // columns * LINE
        _draw_sample(axes, layer, left + _SAMPLE / 2, base + BASELINE)
        write(axes, layer.label, left + _SAMPLE + 6, base)


def _draw_sample(axes: Axes, layer: Layer, middle: float, height: float) -> None:
    """The layer reduced to what stands beside its label, around a place in pixels."""
    pixels = [(middle + across, height) for across in (-9, 0, 9)]
    (low, y), (x, _), (high, _) = axes.transData.inverted().transform(pixels)
    match layer:
        case Points():
            draw_layer(axes, replace(layer, x=(x,), y=(y,)))
        case Line():
            draw_layer(axes, replace(layer, x=(low, high), y=(y, y)))
        case Bars():
            flat = Orientation.X
            draw_layer(axes, replace(layer, at=(y,), low=(low,), high=(high,), orientation=flat))
        case Band():
            draw_marks(axes, (x,), (y,), _SWATCH, facecolor=Colour.BAND.light, linewidth=0)
