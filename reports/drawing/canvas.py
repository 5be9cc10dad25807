"""Strokes, shapes and text in pixels: the one module that knows Matplotlib.

Its object-oriented interface is used without pyplot, so that nothing is shared between
pictures. Everything of one call becomes one path: ten thousand faint points are one element
of the picture, not ten thousand.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from reports.drawing.axes import Axis
from reports.drawing.theme import Colour

_DPI = 72  # at which Matplotlib's points are pixels
_DASHES = (0, (3.0, 2.5))

Place = tuple[float, float]  # pixels from the lower left corner
Align = Literal["left", "center", "right"]


class Frame(NamedTuple):
    """Edges of the plotting area, in pixels from the lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Pen:
    """How lines are drawn; width in pixels. Flat ends do not reach beyond their places."""

    colour: Colour
    width: float
    opacity: float = 1.0
    dashed: bool = False
    flat: bool = False


class Canvas:
    """A picture of `width` by `height` pixels; later things are drawn over earlier ones."""

    def __init__(self, width: int, height: int, frame: Frame) -> None:
        self.frame = frame
        self._figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor="none")
        self._pixels = Affine2D().scale(1 / _DPI) + self._figure.dpi_scale_trans
        left, bottom, right, top = frame
        self._axes = self._figure.add_axes(
            (left / width, bottom / height, (right - left) / width, (top - bottom) / height)
        )
        self._axes.set_axis_off()
        self._drawn = 0

    def set_axes(self, x: Axis, y: Axis) -> None:
        """Lay the axes over the plotting area."""
        self._axes.set_xscale("log" if x.log else "linear")
        self._axes.set_yscale("log" if y.log else "linear")
        self._axes.set_xlim(x.low, x.high)
        self._axes.set_ylim(y.low, y.high)

    def places(self, x: Iterable[float], y: Iterable[float]) -> list[Place]:
        """Where points in data coordinates lie."""
        data = list(zip(x, y, strict=True))
        if not data:
            return []
        return [(float(across), float(up)) for across, up in self._axes.transData.transform(data)]

    def strokes(self, lines: Sequence[Sequence[Place]], pen: Pen) -> None:
        """Open lines; a line between two equal places is a dot."""
        self._add(
            _path(lines, closed=False),
            fill=False,
            edgecolor=pen.colour.light,
            linewidth=pen.width,
            alpha=pen.opacity,
            linestyle=_DASHES if pen.dashed else "solid",
            capstyle="butt" if pen.dashed or pen.flat else "round",
            joinstyle="round",
        )

    def shapes(
        self, outlines: Sequence[Sequence[Place]], fill: Colour | None, edge: Pen | None = None
    ) -> None:
        """Closed shapes."""
        self._add(
            _path(outlines, closed=True),
            facecolor=fill.light if fill else "none",
            edgecolor=edge.colour.light if edge else "none",
            linewidth=edge.width if edge else 0.0,
            alpha=edge.opacity if edge else 1.0,
        )

    def text(
        self,
        place: Place,
        text: str,
        size: float,
        colour: Colour = Colour.MUTED,
        align: Align = "left",
    ) -> None:
        """One line of text on its baseline; its characters are taken literally."""
        self._drawn += 1
        self._figure.text(
            *place,
            text,
            transform=self._pixels,
            color=colour.light,
            fontsize=size,
            fontfamily="DejaVu Sans",
            horizontalalignment=align,
            verticalalignment="baseline",
            parse_math=False,
            usetex=False,
            zorder=self._drawn,
        )

    def svg(self) -> bytes:
        """The picture as Matplotlib writes it, the same bytes every time."""
        return self._saved(format="svg", metadata={"Date": None})

    def png(self, scale: float) -> bytes:
        """The picture on white, with `scale` times as many pixels."""
        return self._saved(format="png", dpi=_DPI * scale, facecolor="white")

    def _saved(self, **options: Any) -> bytes:
        buffer = io.BytesIO()
        settings = mpl.rc_context(  # whatever the user's matplotlibrc says
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "isoparam",
                "savefig.bbox": "standard",
                "savefig.transparent": False,
            }
        )
        with settings:
            self._figure.savefig(buffer, **options)
        return buffer.getvalue()

    def _add(self, path: Path | None, **style: Any) -> None:
        if path is not None:
            self._drawn += 1
            patch = PathPatch(path, transform=self._pixels, zorder=self._drawn, **style)
            self._figure.add_artist(patch)


def _path(lines: Sequence[Sequence[Place]], closed: bool) -> Path | None:
    """One path of many lines; None where there are none."""
    vertices: list[Place] = []
    codes: list[int] = []
    for line in lines:
        vertices.extend(line)
        codes.extend([int(Path.MOVETO), *[int(Path.LINETO)] * (len(line) - 1)])
        if closed:
            vertices.append(line[0])
            codes.append(int(Path.CLOSEPOLY))
    if not vertices:
        return None
    path = Path(vertices, codes)
    path.should_simplify = False  # it would take dots for nothing
    return path
