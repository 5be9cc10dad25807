"""A chart in calls of Matplotlib, as SVG for the report, PNG for the dashboard, PDF for papers.

Matplotlib's object-oriented interface is used without pyplot, so that nothing is shared between
pictures. Lengths are in CSS pixels, which at this resolution are Matplotlib's points.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path

from reports.drawing.chart import Chart, ReferenceLine
from reports.drawing.layers import draw_layer, draw_marks, segments
from reports.drawing.legend import draw_legend, legend_rows
from reports.drawing.lettering import (
    BASELINE,
    CSS_PIXELS,
    FONT_SIZE,
    LINE,
    character_width,
    write,
)
from reports.drawing.shown import ShownFigure
from reports.drawing.svg import Svg
from reports.drawing.theme import Colour

_ENDS = 1.35  # lines for what the ends of an axis mean, set apart from its label
_TICK = Path([(0, 0), (0, -4)], [Path.MOVETO, Path.LINETO])

_SETTINGS: dict[Any, Any] = {
    "figure.dpi": CSS_PIXELS,
    "figure.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": FONT_SIZE,
    "lines.dashed_pattern": (3.0, 2.5),
    "lines.solid_capstyle": "round",
    "pdf.fonttype": 42,  # publishers refuse Type 3
    "path.simplify": False,  # it would take dots for nothing
    "svg.fonttype": "none",
    "svg.hashsalt": "isoparam",
    "text.color": Colour.MUTED.light,
    "text.parse_math": False,
}


def draw(chart: Chart) -> Svg:
    """The chart as SVG; the same chart gives the same bytes."""
    picture = _picture(chart, format="svg", metadata={"Date": None})
    return Svg.of_matplotlib(picture, chart, FONT_SIZE)


def draw_png(chart: Chart, scale: float = 1.0) -> bytes:
    """The chart as PNG on white, `scale` pixels for each CSS pixel."""
    return _picture(chart, format="png", dpi=CSS_PIXELS * scale, facecolor="white")


def draw_pdf(chart: Chart) -> bytes:
    """The chart as PDF in the light colours, its font embedded; the same chart, the same bytes."""
    return _picture(chart, format="pdf", metadata={"CreationDate": None, "Title": chart.title})


def figure_of(chart: Chart) -> Figure:
    """The chart as Matplotlib's figure on white, for a notebook or `savefig`."""
    with _settings():
        figure = _figure(chart, ShownFigure)
    figure.set_facecolor("white")
    return figure


def _picture(chart: Chart, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with _settings():
        _figure(chart).savefig(buffer, **options)
    return buffer.getvalue()


@contextmanager
def _settings() -> Iterator[None]:
    """Settings for as long as the block lasts, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def _figure(chart: Chart, kind: type[Figure] = Figure) -> Figure:
    figure = kind(figsize=(chart.width / CSS_PIXELS, chart.height / CSS_PIXELS))
    axes = _axes(figure, chart)
    _draw_y_axis(axes, chart)
    _draw_x_axis(axes, chart)
    for layer in chart.layers:
        draw_layer(axes, layer)
    draw_legend(axes, chart)
    return figure


def _axes(figure: Figure, chart: Chart) -> Axes:
    """The scales, with room around them for the text.

    Ticks, labels and legend are drawn beside them, because Matplotlib's own take longer than
    all the rest, and would know nothing of the larger text on a narrow page.
    """
    above = legend_rows(chart) + bool(chart.y.label) + _has_reference_label(chart)
    below = 2 + _ENDS * bool(chart.ends) + _crowded(chart)
    longest = max((len(tick.label) for tick in chart.y.ticks), default=0)
    area = {
        "left": (14 + longest * character_width(chart)) / chart.width,
        "right": 1 - 26 / chart.width,
        "bottom": (6 + below * LINE) / chart.height,
        "top": 1 - (14 + above * LINE) / chart.height,
    }
    axes = figure.subplots(gridspec_kw=area)
    axes.set_axis_off()
    axes.set_xscale("log" if chart.x.log else "linear")
    axes.set_yscale("log" if chart.y.log else "linear")
    axes.set_xlim(chart.x.low, chart.x.high)
    axes.set_ylim(chart.y.low, chart.y.high)
    return axes


def _has_reference_label(chart: Chart) -> bool:
    return any(isinstance(layer, ReferenceLine) and layer.label for layer in chart.layers)


def _crowded(chart: Chart) -> bool:
    """Whether the ticks' labels need a second row."""
    letters = sum(len(tick.label) + 2 for tick in chart.x.ticks)
    return letters * character_width(chart) > 0.9 * chart.width


def _draw_y_axis(axes: Axes, chart: Chart) -> None:
    values = [tick.value for tick in chart.y.ticks]
    grid = segments([chart.x.low] * len(values), [chart.x.high] * len(values), values)
    axes.plot(*grid, color=Colour.GRID.light, linewidth=1.0)
    for tick in chart.y.ticks:
        left, height = axes.transData.transform((chart.x.low, tick.value))
        write(axes, tick.label, left - 9, height - BASELINE, ha="right")
    above = axes.bbox.y1 + 14 + LINE * _has_reference_label(chart)
    write(axes, chart.y.label, 4, above, color=Colour.TEXT.light)


def _draw_x_axis(axes: Axes, chart: Chart) -> None:
    values, low = [tick.value for tick in chart.x.ticks], chart.y.low
    axes.axhline(low, color=Colour.EDGE.light, linewidth=1.0)
    draw_marks(axes, values, [low] * len(values), _TICK, edgecolor=Colour.EDGE.light)
    left, bottom, right, _ = axes.bbox.extents
    crowded, row = _crowded(chart), bottom - 19
    for place, tick in enumerate(chart.x.ticks):
        down = LINE * 0.75 if crowded and place % 2 else 0.0
        x, _ = axes.transData.transform((tick.value, low))
        write(axes, tick.label, x, row - down, ha="center")
    row -= LINE * (1 + crowded)
    if chart.ends:
        write(axes, f"\N{LEFTWARDS ARROW} {chart.ends[0]}", left, row)
        write(axes, f"{chart.ends[1]} \N{RIGHTWARDS ARROW}", right, row, ha="right")
        row -= _ENDS * LINE
    write(axes, chart.x.label, (left + right) / 2, row, ha="center", color=Colour.TEXT.light)
