"""A chart in calls of Matplotlib, as SVG for the report, PNG for the dashboard, PDF for papers.

Matplotlib's object-oriented interface is used without pyplot, so that nothing is shared between
pictures. Lengths are in CSS pixels, which at this resolution are Matplotlib's points.
"""

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from reports.drawing.chart import (
    Band,
    Bars,
    Chart,
    Emphasis,
    Layer,
    Line,
    Marker,
    Orientation,
    Points,
    ReferenceLine,
)
from reports.drawing.shown import ShownFigure
from reports.drawing.svg import Svg
from reports.drawing.theme import Colour

FONT_SIZE = 12.5
CSS_PIXELS = 72  # of an inch
_CHARACTER = 0.56 * FONT_SIZE  # average width
_ENLARGED = 17.0 / FONT_SIZE  # text of wide charts on a narrow page, by the style sheet
_LINE = 22.0  # height of a line of text
_ENDS = 1.35  # lines for what the ends of an axis mean, set apart from its label
_BASELINE = 4.5  # of text that is centred on a height
_SAMPLE = 22.0  # width of a sample in the legend
_HALO = 1.6  # of paper around what must be told apart from what lies under it

_OPACITY = {Emphasis.FAINT: 0.45, Emphasis.PLAIN: 1.0, Emphasis.BOLD: 1.0}
_LINE_WIDTH = {Emphasis.FAINT: 1.1, Emphasis.PLAIN: 1.7, Emphasis.BOLD: 2.6}
_BAR_WIDTH = {Emphasis.FAINT: 1.2, Emphasis.PLAIN: 1.5, Emphasis.BOLD: 7.0}
_RADIUS = {Emphasis.FAINT: 2.5, Emphasis.PLAIN: 3.4, Emphasis.BOLD: 4.8}

_DOT = Path([(0, 0), (0, 0)], [Path.MOVETO, Path.LINETO])  # with round ends
_TRIANGLE = Path([(0, 1.15), (1, -0.7), (-1, -0.7), (0, 1.15)], closed=True)
_SHAPES = {
    Marker.DIAMOND: Path([(0, 1), (1, 0), (0, -1), (-1, 0), (0, 1)], closed=True),
    Marker.SQUARE: Path.unit_regular_polygon(4).transformed(Affine2D().rotate_deg(45)),
    Marker.TRIANGLE: _TRIANGLE,
    Marker.TURNED: _TRIANGLE.transformed(Affine2D().rotate_deg(180)),
    Marker.PENTAGON: Path.unit_regular_polygon(5),
    Marker.STAR: Path.unit_regular_star(5, innerCircle=0.5),
}
_SWATCH = Path([(-11, -6), (-11, 6), (11, 6), (11, -6), (-11, -6)], closed=True)
_TICK = Path([(0, 0), (0, -4)], [Path.MOVETO, Path.LINETO])
_CAP = Path([(0, -5), (0, 5)], [Path.MOVETO, Path.LINETO])

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
# Over the grid, each layer over those before, and whole at the edge of the plotting area.
_ABOVE: dict[str, Any] = {"zorder": 3, "clip_on": False}


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
        _draw(axes, layer)
    _draw_legend(axes, chart)
    return figure


def _axes(figure: Figure, chart: Chart) -> Axes:
    """The scales, with room around them for the text.

    Ticks, labels and legend are drawn beside them, because Matplotlib's own take longer than
    all the rest, and would know nothing of the larger text on a narrow page.
    """
    above = _legend_rows(chart) + bool(chart.y.label) + _has_reference_label(chart)
    below = 2 + _ENDS * bool(chart.ends) + _crowded(chart)
    longest = max((len(tick.label) for tick in chart.y.ticks), default=0)
    area = {
        "left": (14 + longest * _character(chart)) / chart.width,
        "right": 1 - 26 / chart.width,
        "bottom": (6 + below * _LINE) / chart.height,
        "top": 1 - (14 + above * _LINE) / chart.height,
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
    return letters * _character(chart) > 0.9 * chart.width


def _character(chart: Chart) -> float:
    """Room for one character of text."""
    return _CHARACTER if chart.narrow else _CHARACTER * _ENLARGED


def _draw_y_axis(axes: Axes, chart: Chart) -> None:
    values = [tick.value for tick in chart.y.ticks]
    grid = _segments([chart.x.low] * len(values), [chart.x.high] * len(values), values)
    axes.plot(*grid, color=Colour.GRID.light, linewidth=1.0)
    for tick in chart.y.ticks:
        left, height = axes.transData.transform((chart.x.low, tick.value))
        _write(axes, tick.label, left - 9, height - _BASELINE, ha="right")
    above = axes.bbox.y1 + 14 + _LINE * _has_reference_label(chart)
    _write(axes, chart.y.label, 4, above, color=Colour.TEXT.light)


def _draw_x_axis(axes: Axes, chart: Chart) -> None:
    values, low = [tick.value for tick in chart.x.ticks], chart.y.low
    axes.axhline(low, color=Colour.EDGE.light, linewidth=1.0)
    _draw_marks(axes, values, [low] * len(values), _TICK, edgecolor=Colour.EDGE.light)
    left, bottom, right, _ = axes.bbox.extents
    crowded, row = _crowded(chart), bottom - 19
    for place, tick in enumerate(chart.x.ticks):
        down = _LINE * 0.75 if crowded and place % 2 else 0.0
        x, _ = axes.transData.transform((tick.value, low))
        _write(axes, tick.label, x, row - down, ha="center")
    row -= _LINE * (1 + crowded)
    if chart.ends:
        _write(axes, f"\N{LEFTWARDS ARROW} {chart.ends[0]}", left, row)
        _write(axes, f"{chart.ends[1]} \N{RIGHTWARDS ARROW}", right, row, ha="right")
        row -= _ENDS * _LINE
    _write(axes, chart.x.label, (left + right) / 2, row, ha="center", color=Colour.TEXT.light)


def _draw(axes: Axes, layer: Layer) -> None:
    """A layer, over those drawn before."""
    match layer:
        case Points():
            _draw_points(axes, layer)
        case Line():
            axes.plot(
                layer.x,
                layer.y,
                color=layer.colour.light,
                linewidth=_LINE_WIDTH[layer.emphasis],
                alpha=_OPACITY[layer.emphasis],
                linestyle="dashed" if layer.dashed else "solid",
                drawstyle="steps-post" if layer.steps else "default",
                **_ABOVE,
            )
        case Bars():
            _draw_bars(axes, layer)
        case Band():
            axes.axvspan(layer.low, layer.high, fc=Colour.BAND.light, linewidth=0, zorder=0)
        case ReferenceLine():
            style = "solid" if layer.solid else "dashed"
            axes.axvline(layer.value, color=Colour.EDGE.light, lw=1.2, ls=style, **_ABOVE)
            x, _ = axes.transData.transform((layer.value, 1))
            _write(axes, layer.label, x, axes.bbox.y1 + 7, ha="center")


def _draw_points(axes: Axes, points: Points) -> None:
    radius, faint = _RADIUS[points.emphasis], points.emphasis is Emphasis.FAINT
    if not faint:
        halo = {"edgecolor": Colour.PAPER.light, "linewidth": 2 * (radius + _HALO)}
        _draw_marks(axes, points.x, points.y, _DOT, **halo)
    if shape := _SHAPES.get(points.style.marker):
        mark = shape.transformed(Affine2D().scale(1.2 * radius))
        fill, width = ("none", 1.2) if faint else (Colour.PAPER.light, 2.0)
    else:
        mark, fill, width = _DOT, "none", 2 * radius
    edge = {"edgecolor": points.style.colour.light, "linewidth": width}
    opacity = _OPACITY[points.emphasis]
    _draw_marks(axes, points.x, points.y, mark, facecolor=fill, alpha=opacity, **edge)


def _draw_bars(axes: Axes, bars: Bars) -> None:
    along, across = _segments(bars.low, bars.high, bars.at)
    upright = bars.orientation is Orientation.Y
    x, y = (across, along) if upright else (along, across)
    colour, width = bars.colour.light, _BAR_WIDTH[bars.emphasis]
    axes.plot(x, y, color=colour, linewidth=width, solid_capstyle="butt", **_ABOVE)
    if bars.emphasis is not Emphasis.BOLD:
        cap = _CAP.transformed(Affine2D().rotate_deg(90)) if upright else _CAP
        _draw_marks(axes, x, y, cap, edgecolor=colour, linewidth=width)


def _segments(
    low: Sequence[float], high: Sequence[float], at: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Places along and across a line from each low to its high end; nowhere in between."""
    return np.column_stack((low, high, [math.nan] * len(at))).ravel(), np.repeat(at, 3)


def _draw_marks(axes: Axes, x: npt.ArrayLike, y: npt.ArrayLike, mark: Path, **style: Any) -> None:
    """A mark at each place, all as one path: Matplotlib's markers take ten times as long."""
    places = axes.transData.transform(np.column_stack((x, y)))
    corners = places[:, np.newaxis] + np.asarray(mark.vertices, dtype=float)
    path = Path(corners.reshape(-1, 2) / CSS_PIXELS, np.tile(np.asarray(mark.codes), len(places)))
    style = {"facecolor": "none", "capstyle": "round", **_ABOVE, **style}
    axes.add_artist(PathPatch(path, transform=axes.figure.dpi_scale_trans, **style))


def _write(axes: Axes, text: str, x: float, y: float, **style: Any) -> None:
    """One line of text, which starts on its baseline at a place in pixels."""
    figure = axes.figure
    figure.text(x / CSS_PIXELS, y / CSS_PIXELS, text, transform=figure.dpi_scale_trans, **style)


def _legend_columns(chart: Chart) -> tuple[int, float]:
    """How many entries stand side by side, and how far apart."""
    longest = max((len(layer.label) for layer in chart.labelled), default=0)
    width = _SAMPLE + 22 + longest * _character(chart)
    return max(1, int((chart.width - 8) // width)), width


def _legend_rows(chart: Chart) -> int:
    return math.ceil(len(chart.labelled) / _legend_columns(chart)[0])


def _draw_legend(axes: Axes, chart: Chart) -> None:
    columns, width = _legend_columns(chart)
    for place, layer in enumerate(chart.labelled):
        left, base = 4 + place % columns * width, chart.height - 16 - place // columns * _LINE
        _draw_sample(axes, layer, left + _SAMPLE / 2, base + _BASELINE)
        _write(axes, layer.label, left + _SAMPLE + 6, base)


def _draw_sample(axes: Axes, layer: Layer, middle: float, height: float) -> None:
    """The layer reduced to what stands beside its label, around a place in pixels."""
    pixels = [(middle + across, height) for across in (-9, 0, 9)]
    (low, y), (x, _), (high, _) = axes.transData.inverted().transform(pixels)
    match layer:
        case Points():
            _draw_points(axes, replace(layer, x=(x,), y=(y,)))
        case Line():
            _draw(axes, replace(layer, x=(low, high), y=(y, y)))
        case Bars():
            flat = Orientation.X
            _draw_bars(axes, replace(layer, at=(y,), low=(low,), high=(high,), orientation=flat))
        case Band():
            _draw_marks(axes, (x,), (y,), _SWATCH, facecolor=Colour.BAND.light, linewidth=0)
