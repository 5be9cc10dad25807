"""Ranges and round ticks of a chart's axes."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.ticker import LogLocator, MaxNLocator

from reports.words import formatting

_PADDING = 0.06  # of the range, on either side
_MOST_STEPS = 7  # between ticks
_MOST_LOG_TICKS = 6


class Tick(NamedTuple):
    """A labelled place on an axis."""

    value: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One axis of a chart.

    Attributes:
        label: What is measured and in which unit.
        low, high: Ends of the axis; everything drawn lies between them.
        log: Whether equal ratios are equally far apart.
    """

    label: str
    low: float
    high: float
    ticks: tuple[Tick, ...]
    log: bool = False


def accuracy_axis(label: str, accuracies: Iterable[float]) -> Axis:
    """An axis of accuracies, fractions shown in percent; it does not start at 0."""
    low, high = padded(accuracies, smallest=0.01)
    ends = max(0.0, low), min(1.0, high)
    return _round_axis(label, ends, lambda value, digits: f"{value:.{digits}f} %", unit=0.01)


def points_axis(label: str, differences: Iterable[float]) -> Axis:
    """An axis of differences between accuracies, in percentage points, zero included."""
    ends = padded([*differences, 0.0], smallest=0.002)
    return _round_axis(label, ends, _signed, unit=0.01)


def linear_axis(label: str, numbers: Iterable[float]) -> Axis:
    """An axis of plain numbers."""
    shown = list(numbers)
    magnitude = max((abs(number) for number in shown), default=0.0)
    ends = padded(shown, smallest=0.02 * magnitude or 1.0)
    return _round_axis(label, ends, lambda value, digits: f"{value:,.{digits}f}")


def count_axis(label: str, most: float, least: float = 1) -> Axis:
    """An axis with ticks at whole numbers from 1 to `most`, and to 2 at least.

    Args:
        least: Where it begins, if that is below 1.
    """
    high = max(most, 2)
    values = sorted({1, *(int(value) for value in round_values(1, high, integer=True))})
    ticks = tuple(Tick(value, formatting.count(value)) for value in values)
    room = (high - 1) * _PADDING / 2
    return Axis(label=label, low=min(1, least) - room, high=high + room, ticks=ticks)


def log_axis(label: str, numbers: Iterable[float]) -> Axis:
    """A logarithmic axis of positive numbers."""
    logs = [math.log10(number) for number in numbers if number > 0]
    low, high = (10**end for end in padded(logs, smallest=0.1))
    ticks = tuple(Tick(value, _plain(value)) for value in log_values(low, high))
    return Axis(label=label, low=low, high=high, ticks=ticks, log=True)


def category_axis(label: str, names: Sequence[str]) -> Axis:
    """Names from top to bottom, at -0, -1, -2 and so on."""
    ticks = tuple(Tick(-place, name) for place, name in enumerate(names))
    return Axis(label=label, low=0.6 - max(len(names), 1), high=0.6, ticks=ticks)


def padded(numbers: Iterable[float], smallest: float) -> tuple[float, float]:
    """The range of the finite numbers and a little room; at least `smallest` wide."""
    finite = [number for number in numbers if math.isfinite(number)] or [0.0]
    low, high = min(finite), max(finite)
    room = max(_PADDING * (high - low), smallest / 2)
    return low - room, high + room


def round_values(
    low: float, high: float, most: int = _MOST_STEPS, integer: bool = False
) -> list[float]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten, at most so many steps, in the range."""
    locator = MaxNLocator(most, steps=(1, 2, 2.5, 5, 10), integer=integer)
    return _within(low, high, locator.tick_values(low, high))


def log_values(low: float, high: float) -> list[float]:
    """Round values in a positive range: 1, 2, 5; or 1, 3; or 1 times powers of ten.

    Where fewer than two of them lie in the range, they are as on a linear axis.
    """
    for factors in ((1, 2, 5), (1, 3), (1,)):
        locator = LogLocator(subs=factors, numticks=_MOST_LOG_TICKS)
        values = _within(low, high, locator.tick_values(low, high))
        if 1 < len(values) <= _MOST_LOG_TICKS:
            return values
    return round_values(low, high, most=4)


def _within(low: float, high: float, values: Iterable[float]) -> list[float]:
    return [float(value) for value in values if low <= value <= high]


def _round_axis(
    label: str,
    ends: tuple[float, float],
    text: Callable[[float, int], str],
    unit: float = 1.0,
) -> Axis:
    """An axis whose ticks are round in a unit; `text` says a number with so many decimals."""
    low, high = ends
    values = round_values(low / unit, high / unit)
    decimals = _decimals(values)
    ticks = tuple(Tick(value * unit, text(value, decimals)) for value in values)
    return Axis(label=label, low=low, high=high, ticks=ticks)


def _decimals(values: Sequence[float]) -> int:
    """Decimals that tell the values apart."""
    for places in range(10):
        if all(abs(value - round(value, places)) < 1e-11 for value in values):
            return places
    return 10


def _signed(number: float, decimals: int) -> str:
    text = f"{abs(number):.{decimals}f}"
    if not float(text):
        return "0"
    return f"{formatting.MINUS if number < 0 else '+'}{text}"


def _plain(value: float) -> str:
    return f"{float(f'{value:.9g}'):,.10f}".rstrip("0").rstrip(".")
