"""The layers of a chart in calls of Matplotlib: points, lines, bars, bands, reference lines."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from reports.drawing.chart import (
    Band,
    Bars,
    Emphasis,
    Layer,
    Line,
    Marker,
    Orientation,
    Points,
    ReferenceLine,
)
from reports.drawing.lettering import CSS_PIXELS, write
from reports.drawing.theme import Colour

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
_CAP = Path([(0, -5), (0, 5)], [Path.MOVETO, Path.LINETO])

# Over the grid, each layer over those before, and whole at the edge of the plotting area.
_ABOVE: dict[str, Any] = {"zorder": 3, "clip_on": False}


def draw_layer(axes: Axes, layer: Layer) -> None:
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
            write(axes, layer.label, x, axes.bbox.y1 + 7, ha="center")


def _draw_points(axes: Axes, points: Points) -> None:
    radius, faint = _RADIUS[points.emphasis], points.emphasis is Emphasis.FAINT
    if not faint:
        halo = {"edgecolor": Colour.PAPER.light, "linewidth": 2 * (radius + _HALO)}
        draw_marks(axes, points.x, points.y, _DOT, **halo)
    if shape := _SHAPES.get(points.style.marker):
        mark = shape.transformed(Affine2D().scale(1.2 * radius))
        fill, width = ("none", 1.2) if faint else (Colour.PAPER.light, 2.0)
    else:
        mark, fill, width = _DOT, "none", 2 * radius
    edge = {"edgecolor": points.style.colour.light, "linewidth": width}
    opacity = _OPACITY[points.emphasis]
    draw_marks(axes, points.x, points.y, mark, facecolor=fill, alpha=opacity, **edge)


def _draw_bars(axes: Axes, bars: Bars) -> None:
    along, across = segments(bars.low, bars.high, bars.at)
    upright = bars.orientation is Orientation.Y
    x, y = (across, along) if upright else (along, across)
    colour, width = bars.colour.light, _BAR_WIDTH[bars.emphasis]
    axes.plot(x, y, color=colour, linewidth=width, solid_capstyle="butt", **_ABOVE)
    if bars.emphasis is not Emphasis.BOLD:
        cap = _CAP.transformed(Affine2D().rotate_deg(90)) if upright else _CAP
        draw_marks(axes, x, y, cap, edgecolor=colour, linewidth=width)


def segments(
    low: Sequence[float], high: Sequence[float], at: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Places along and across a line from each low to its high end; nowhere in between."""
    return np.column_stack((low, high, [math.nan] * len(at))).ravel(), np.repeat(at, 3)


def draw_marks(axes: Axes, x: npt.ArrayLike, y: npt.ArrayLike, mark: Path, **style: Any) -> None:
    """A mark at each place, all as one path: Matplotlib's markers take ten times as long."""
    places = axes.transData.transform(np.column_stack((x, y)))
    corners = places[:, np.newaxis] + np.asarray(mark.vertices, dtype=float)
    path = Path(corners.reshape(-1, 2) / CSS_PIXELS, np.tile(np.asarray(mark.codes), len(places)))
    style = {"facecolor": "none", "capstyle": "round", **_ABOVE, **style}
    axes.add_artist(PathPatch(path, transform=axes.figure.dpi_scale_trans, **style))
