"""Cells against a fixed model: the comparison of two cells, one of which has no luck."""

import numpy as np
import pytest

from reports.comparison.baseline import against_baseline

EXAMPLES, SEARCHES = 2_000, 5


def runs(accuracy: float, seed: int = 0) -> "np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]":
    """(searches, seeds, examples); an example is as hard for one model as for another."""
    random = np.random.default_rng(seed)
    ease = random.random(EXAMPLES)
    return ease + random.normal(0, 0.1, (SEARCHES, 2, EXAMPLES)) < accuracy


def test_a_cell_is_above_below_or_not_told_apart() -> None:
    cells = {"lstm": runs(0.80), "gru": runs(0.85), "simple-rnn": runs(0.70)}
    fixed = runs(0.80, seed=0)[0, 0]
    found = {each.cell: each for each in against_baseline(cells, fixed, None, 0.05)}
    for cell, each in found.items():
        assert each.interval is not None
        assert each.interval.low < each.difference < each.interval.high
        assert each.difference == pytest.approx(cells[cell].mean() - fixed.mean())
    assert found["gru"].beats
    assert not found["lstm"].beats
    assert not found["simple-rnn"].beats
    assert found["simple-rnn"].interval.high < 0  # type: ignore[union-attr]


def test_one_search_tells_a_difference_and_no_interval() -> None:
    (found,) = against_baseline({"gru": runs(0.9)[:1]}, runs(0.5)[0, 0], None, 0.05)
    assert found.difference > 0.3
    assert found.interval is None
    assert not found.beats


def test_the_interval_covers_the_test_examples() -> None:
    """Of a true difference of 0: models that are right of other examples equally often."""
    missed = 0
    for seed in range(200):
        cell, fixed = runs(0.8, seed)[:3], runs(0.8, 1_000 + seed)[0, 0]
        (found,) = against_baseline({"gru": cell}, fixed, None, 0.05)
        assert found.interval is not None
        missed += found.interval.excludes_zero()
    assert missed <= 20
