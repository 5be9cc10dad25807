"""Rounding never flatters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.comparison.estimate import Interval
from reports.words.formatting import count, interval, p_value, percent, points

fractions = st.floats(-1, 1, allow_subnormal=False)


def shown(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-"))


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.8346, "83.5 %"),
        (1.0, "100.0 %"),
        (0.9996, "> 99.9 %"),
        (0.0, "0.0 %"),
        (0.0004, "< 0.1 %"),
        (0.0006, "0.1 %"),
        (0.9994, "99.9 %"),
    ],
)
def test_percent(fraction: float, text: str) -> None:
    assert percent(fraction) == text


def test_percent_with_other_decimals() -> None:
    assert percent(0.83461, decimals=2) == "83.46 %"
    assert percent(0.999, decimals=0) == "> 99 %"


@pytest.mark.parametrize(
    ("difference", "limit", "text"),
    [
        (0.0094, 0, "0.9"),
        (-0.0094, 0, "\N{MINUS SIGN}0.9"),
        (0.0004, 0, "0.04"),
        (-0.00002, 0, "\N{MINUS SIGN}0.002"),
        (0.0, 0, "0.0"),
        (-0.0, 0, "0.0"),
        (0.00496, 0.005, "0.496"),
        (0.0048, 0.005, "0.48"),
        (-0.0048, 0.005, "\N{MINUS SIGN}0.48"),
        (0.005, 0.005, "0.5"),
    ],
)
def test_points(difference: float, limit: float, text: str) -> None:
    assert points(difference, limit=limit) == text


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ((0.00612, 0.01178), "0.6 to 1.2"),
        ((-0.0012, 0.0031), "\N{MINUS SIGN}0.2 to 0.4"),
        ((0.0004, 0.0121), "0.04 to 1.21"),
        ((-0.0121, -0.0004), "\N{MINUS SIGN}1.21 to \N{MINUS SIGN}0.04"),
        ((-0.0121, 0.0), "\N{MINUS SIGN}1.3 to 0.0"),
        ((0.0, 0.0), "0.0 to 0.0"),
        ((0.85 - 0.84, 0.02), "1.0 to 2.0"),
    ],
)
def test_interval(bounds: tuple[float, float], text: str) -> None:
    assert interval(Interval(*bounds)) == text


@given(fractions, fractions)
def test_a_shown_interval_contains_the_interval(one: float, other: float) -> None:
    bounds = Interval(min(one, other), max(one, other))
    low, high = (shown(bound) for bound in interval(bounds).split(" to "))
    assert low <= 100 * bounds.low + 1e-9
    assert high >= 100 * bounds.high - 1e-9


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0004, "< 0.001"), (0.001, "0.001"), (0.012, "0.012"), (0.0496, "0.050"), (1.0, "1.000")],
)
def test_p_value(probability: float, text: str) -> None:
    assert p_value(probability) == text


def test_count() -> None:
    assert count(131_584) == "131,584"
    assert count(-1_000) == "\N{MINUS SIGN}1,000"


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        percent(float("nan"))
