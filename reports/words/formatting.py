"""Numbers as text. Rounding never flatters: intervals round outwards, p-values up, and
neither 0 nor 100 % is shown for what is only near it."""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from reports.comparison.estimate import Interval

MINUS = "\N{MINUS SIGN}"
MOST_DECIMALS = 4


def count(number: int) -> str:
    """A whole number with thousands separators: 131,584."""
    return _signed(f"{number:,}")


def percent(fraction: float, decimals: int = 1) -> str:
    """A fraction from 0 to 1 as a percentage: 83.5 %; 0.9996 is "> 99.9 %"."""
    step = Decimal(1).scaleb(-decimals)
    exact = _decimal(fraction) * 100
    shown = exact.quantize(step, ROUND_HALF_EVEN)
    if shown >= 100 > exact:
        return f"> {100 - step} %"
    if shown <= 0 < exact:
        return f"< {step} %"
    return f"{shown} %"


def points(difference: float, decimals: int = 1, limit: float = 0.0) -> str:
    """A difference of fractions in percentage points, without the unit: 0.9.

    More decimals are given where rounding would show zero for something else, or would show
    `limit` (the margin, as a fraction) as reached by what stays below it.
    """
    exact, bound = _decimal(difference) * 100, _decimal(limit) * 100
    for places in range(decimals, MOST_DECIMALS + 1):
        shown = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        vanished = not shown and exact
        crossed = abs(shown) >= bound > abs(exact)
        if not vanished and not crossed:
            break
    return _signed(str(shown if shown else abs(shown)))


def interval(bounds: Interval, decimals: int = 1) -> str:
    """An interval of differences in percentage points, rounded outwards: "0.6 to 1.2".

    More decimals are given where an interval that excludes zero would show it as its bound.
    """
    low, high = _decimal(bounds.low) * 100, _decimal(bounds.high) * 100
    for places in range(decimals, MOST_DECIMALS + 1):
        step = Decimal(1).scaleb(-places)
        shown = low.quantize(step, ROUND_FLOOR), high.quantize(step, ROUND_CEILING)
        if (low > 0) == (shown[0] > 0) and (high < 0) == (shown[1] < 0):
            break
    return " to ".join(_signed(str(bound if bound else abs(bound))) for bound in shown)


def p_value(probability: float) -> str:
    """A p-value with three decimals, rounded up: 0.012, or "< 0.001"."""
    exact = _decimal(probability)
    if exact < Decimal("0.001"):
        return "< 0.001"
    return str(exact.quantize(Decimal("0.001"), ROUND_CEILING))


def _decimal(number: float) -> Decimal:
    """Exact to 12 decimals, so that the last bits of a float do not move a bound."""
    if not math.isfinite(number):
        raise ValueError(f"Only finite numbers can be shown, not {number}.")
    return Decimal(f"{number:.12f}")


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


NOTHING = "\N{EN DASH}"


def shown_count(number: int | None) -> str:
    """A whole number."""
    return count(number) if number is not None else NOTHING


def shown_percent(fraction: float | None) -> str:
    """An accuracy with two decimals."""
    return percent(fraction, 2) if fraction is not None else NOTHING


def shown_number(number: float | None, digits: int = 3) -> str:
    """A measurement with so many significant digits, whole from 100 on."""
    if number is None:
        return NOTHING
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.{digits}g}"


def shown_value(value: object) -> str:
    """A hyperparameter's value: three significant digits, whole numbers in full."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
