"""The rule, case by case."""

import pytest

from reports.comparison.estimate import Interval
from reports.comparison.outcome import decide
from tests.support.made_up.answers import MARGIN


@pytest.mark.parametrize(
    ("difference", "interval", "equivalence", "outcome"),
    [
        (0.009, (0.006, 0.012), (0.0065, 0.0115), "better"),
        (-0.009, (-0.012, -0.006), (-0.0115, -0.0065), "better"),
        (0.005, (0.001, 0.009), (0.0015, 0.0085), "better"),
        (0.009, (-0.001, 0.019), (0.001, 0.017), "undecided"),
        (0.009, (0.0, 0.018), (0.001, 0.017), "undecided"),
        (0.0, (-0.004, 0.004), (-0.003, 0.003), "equivalent"),
        (0.001, (-0.004, 0.006), (-0.003, 0.0049), "equivalent"),
        (0.001, (-0.004, 0.006), (-0.003, 0.005), "undecided"),
        (0.003, (0.001, 0.0052), (0.0012, 0.0048), "negligible"),
        (-0.003, (-0.0052, -0.001), (-0.0048, -0.0012), "negligible"),
        (0.004, (0.001, 0.007), (0.0015, 0.0065), "undecided"),
        (0.0, (-0.02, 0.02), (-0.015, 0.015), "undecided"),
        (0.02, None, None, "undecided"),
    ],
)
def test_the_rule(
    difference: float,
    interval: tuple[float, float] | None,
    equivalence: tuple[float, float] | None,
    outcome: str,
) -> None:
    wide = Interval(*interval) if interval else None
    narrow = Interval(*equivalence) if equivalence else None
    assert decide(difference, wide, narrow, MARGIN) == outcome
