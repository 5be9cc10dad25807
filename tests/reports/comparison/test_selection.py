"""The expected best, against all subsets; optimism, against order statistics."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

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


def test_optimism_has_the_t_interval_of_the_confirmed_runs() -> None:
    confirmed = np.random.default_rng(2).normal(0.84, 0.005, 6)
    found = optimism(0.86, confirmed)
    oracle = stats.ttest_1samp(0.86 - confirmed, 0).confidence_interval()
    assert found.value == pytest.approx(0.86 - confirmed.mean())
    assert found.interval() == pytest.approx(tuple(oracle))


def test_optimism_needs_fractions() -> None:
    with pytest.raises(UserError, match="fractions from 0 to 1"):
        optimism(0.86, np.array([84.0, 85.0]))


def test_optimism_of_the_best_of_fifty_equals() -> None:
    """The luck of the best of 50 on 5,000 examples is 2.25 standard errors: 1.1 points."""
    random = np.random.default_rng(3)
    truth, covered, found = 0.85, 0, []
    for _ in range(300):
        chosen = random.binomial(5_000, truth, 50).max() / 5_000
        ease = np.where(random.random(2_000) < 0.5, truth + 0.1, truth - 0.1)
        runs = random.random((5, 2_000)) < ease + random.normal(0, 0.005, (5, 1))
        estimate = optimism(chosen, runs)
        bounds = estimate.interval()
        assert bounds is not None
        covered += bounds.low <= chosen - truth <= bounds.high
        found.append(estimate.value)
    luck, _ = integrate.quad(lambda z: 50 * z * stats.norm.pdf(z) * stats.norm.cdf(z) ** 49, -8, 8)
    assert np.mean(found) == pytest.approx(luck * np.sqrt(truth * (1 - truth) / 5_000), rel=0.05)
    assert covered / 300 >= 0.92
