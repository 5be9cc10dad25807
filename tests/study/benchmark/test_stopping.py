"""Stopping rules, against a loop that trains as `fit` does."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from study.benchmark.tabulated.stopping import StoppingRule


def walked(losses: NDArray[np.float32], rule: StoppingRule) -> tuple[int, int]:
    """Epochs trained, and the epoch kept, one epoch after the other."""
    best = stale = trained = 0
    lowest = math.inf
    for epoch, loss in enumerate(losses.tolist()):
        if math.isnan(loss) or trained >= rule.epochs or stale >= rule.patience:
            break
        trained, stale = trained + 1, stale + 1
        if loss < lowest:
            lowest, best, stale = loss, epoch, 0
    return trained, best


@given(
    losses=st.lists(st.integers(1, 6), min_size=1, max_size=12),
    ended=st.integers(0, 4),
    patience=st.sampled_from([1, 1.5, 2, 3, 5]),
    epochs=st.integers(1, 14),
)
def test_a_rule_stops_as_a_training_does(
    losses: list[int], ended: int, patience: float, epochs: int
) -> None:
    rule = StoppingRule(patience, epochs)
    curve = np.array([*losses, *[np.nan] * ended], np.float32)
    trained, best = walked(curve, rule)
    both = np.stack([curve, curve])
    assert rule.trained(both).tolist() == [trained, trained]
    assert rule.best(both).tolist() == [best, best]


@pytest.mark.parametrize(
    ("other", "covered"),
    [((6, 80), True), ((12, 100), True), ((13, 80), False), ((6, 101), False)],
)
def test_a_rule_covers_what_stops_no_later(other: tuple[int, int], covered: bool) -> None:
    assert StoppingRule(12, 100).covers(StoppingRule(*other)) is covered
