"""The expected best, against all subsets; optimism, against order statistics."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.comparison.selection import expected_best, optimism
from study.errors import UserError


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_expected_best_is_the_mean_over_all_subsets(accuracies: list[float]) -> None:
    best = expected_best(np.array(accuracies))
    for n in range(1, len(accuracies) + 1):
        subsets = [max(subset) for subset in combinations(accuracies, n)]
        assert best[n - 1] == pytest.approx(np.mean(subsets), abs=1e-12)


def test_expected_best_is_unbiased() -> None:
    random = np.random.default_rng(0)
    best = np.mean([expected_best(random.random(10)) for _ in range(4_000)], axis=0)
    n = np.arange(1, 11)
    assert best == pytest.approx(n / (n + 1), abs=0.01)


def test_expected_best_of_ten_thousand_trials() -> None:
    accuracies = np.random.default_rng(1).random(10_000)
    best = expected_best(accuracies)
    assert best[0] == pytest.approx(accuracies.mean())
    assert best[-1] == pytest.approx(accuracies.max())
    assert np.all(np.diff(best) >= -1e-12)


def test_expected_best_of_nothing() -> None:
    assert expected_best(np.array([])).shape == (0,)


def test_failed_trials_are_refused() -> None:
    with pytest.raises(UserError, match="failed or were pruned"):
        expected_best(np.array([0.5, np.nan]))


def test_optimism_has_the_t_interval_over_searches() -> None:
    random = np.random.default_rng(2)
    chosen, confirmed = random.normal(0.86, 0.01, 6), random.normal(0.84, 0.005, 6)
    found = optimism(chosen, confirmed)
    oracle = stats.ttest_rel(chosen, confirmed).confidence_interval()
    assert found.value == pytest.approx(chosen.mean() - confirmed.mean())
    assert found.interval() == pytest.approx(tuple(oracle))
