"""What a chart shows, as numbers: computed in `reports.charts`, drawn by `draw`."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle
from typing import TypeAlias, TypeVar

from reports.drawing.axes import Axis
from reports.drawing.theme import Colour

Numbers: TypeAlias = tuple[float, ...]
T = TypeVar("T")


class Marker(StrEnum):
    """Shape of a point; all but the dot are hollow."""

    DOT = "circle"
    DIAMOND = "diamond"
    SQUARE = "square"
    TRIANGLE = "triangle-up"
    TURNED = "triangle-down"
    PENTAGON = "pentagon"
    STAR = "star"


@dataclass(frozen=True)
class Style:
    """How everything of one cell is drawn: told apart by colour and by marker."""

    colour: Colour
    marker: Marker = Marker.DOT


STYLES = tuple(
    Style(colour, marker)
    for colour, marker in zip(
        (Colour.FIRST, Colour.SECOND, Colour.THIRD, Colour.FOURTH, Colour.FIFTH, Colour.SIXTH,
         Colour.SEVENTH),
        Marker,
        strict=True,
    )
)  # fmt: skip


def styled(cells: Iterable[T]) -> Iterable[tuple[T, Style]]:
    """Each cell with its style; they come round again after the last."""
    return zip(cells, cycle(STYLES), strict=False)


class Emphasis(StrEnum):
    """How much a layer stands out."""

    FAINT = "faint"  # measured on validation, or one of many
    PLAIN = "plain"
    BOLD = "bold"  # confirmed, or best


class Orientation(StrEnum):
    """Direction of an axis."""

    X = "x"
    Y = "y"


@dataclass(frozen=True, kw_only=True)
class Points:
    """Markers at (x, y)."""

    style: Style
    x: Numbers
    y: Numbers
    emphasis: Emphasis = Emphasis.PLAIN
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line through (x, y), or steps that keep a value until the next."""

    colour: Colour
    x: Numbers
    y: Numbers
    emphasis: Emphasis = Emphasis.PLAIN
    dashed: bool = False
    steps: bool = False
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Intervals from `low` to `high` along one axis, at `at` on the other."""

    colour: Colour
    at: Numbers
    low: Numbers
    high: Numbers
    orientation: Orientation = Orientation.Y
    emphasis: Emphasis = Emphasis.PLAIN
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Band:
    """A shaded range of the x axis."""

    low: float
    high: float
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class ReferenceLine:
    """A vertical line at one value of the x axis."""

    value: float
    label: str = ""
    solid: bool = False


Layer: TypeAlias = Points | Line | Bars | Band | ReferenceLine


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart.

    Attributes:
        key: Names its file, and keeps its ids apart on a page.
        description: What is to be seen, for those who cannot see it.
        layers: From back to front.
        ends: What the left and the right end of the x axis mean, or nothing.
        width, height: In CSS pixels, axes and labels included.
    """

    key: str
    title: str
    description: str
    x: Axis
    y: Axis
    layers: tuple[Layer, ...]
    ends: tuple[str, str] | None = None
    width: int = 620
    height: int = 380

    @property
    def narrow(self) -> bool:
        """Whether two of its kind stand side by side on a wide page."""
        return self.width < 500

    @property
    def labelled(self) -> tuple[Layer, ...]:
        """Layers that the legend explains."""
        return tuple(
            layer for layer in self.layers if layer.label and not isinstance(layer, ReferenceLine)
        )


def subsample(items: int, most: int) -> list[int]:
    """Indices of at most `most` of so many items, evenly spread, first and last included."""
    if items <= most:
        return list(range(items))
    return sorted({round(place * (items - 1) / (most - 1)) for place in range(most)})
