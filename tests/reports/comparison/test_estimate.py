"""Estimates of a mean, against SciPy, statsmodels, closed forms and naive loops."""

import math
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from reports.comparison.estimate import (
    SMALLEST_P,
    Estimate,
    Interval,
    holm,
    mean,
    probability_first_better,
)


@pytest.mark.parametrize("searches", [2, 3, 12])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_interval_of_a_mean_is_the_t_interval(searches: int, confidence: float) -> None:
    values = np.random.default_rng(searches).normal(0.01, 0.01, searches)
    oracle = stats.ttest_1samp(values, 0)
    found = mean(values)
    assert found.interval(confidence) == pytest.approx(
        tuple(oracle.confidence_interval(confidence))
    )
    assert found.p_value() == pytest.approx(oracle.pvalue)


@pytest.mark.parametrize("share", [0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95])
@pytest.mark.parametrize("searches", [3, 5, 12])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_intervals_cover_at_their_rate_exactly(
    share: float, searches: int, confidence: float
) -> None:
    """By quadrature over the spread that the searches happen to show; `share` is the examples'."""
    grid = (np.arange(1_000) + 0.5) / 1_000
    spreads = (1 - share) * searches * stats.chi2.ppf(grid, searches - 1) / (searches - 1)
    halves = []
    for spread in spreads:
        bounds = Estimate(0.0, searches, float(spread), share, 25_000).interval(confidence)
        assert bounds is not None
        halves.append(bounds.high)
    coverage = np.mean(2 * stats.norm.cdf(halves) - 1)
    assert confidence - 0.002 <= coverage <= confidence + 0.03


@given(st.floats(1e-4, 0.05), st.integers(2, 12), st.floats(1e-6, 1e-4), st.floats(0, 1e-4))
def test_p_value_is_where_the_interval_reaches_zero(
    value: float, searches: int, mean_square: float, example_variance: float
) -> None:
    estimate = Estimate(value, searches, mean_square, example_variance, 2_400)
    p = estimate.p_value()
    assume(SMALLEST_P < p < 1)
    bounds = estimate.interval(1 - p)
    assert bounds is not None
    assert bounds.low == pytest.approx(0, abs=1e-4 * value)


def test_p_value_has_a_floor() -> None:
    assert Estimate(1.0, 12, 1e-12).p_value() == SMALLEST_P


@pytest.mark.parametrize("examples", [None, 50])
def test_one_search_has_no_interval(examples: int | None) -> None:
    estimate = Estimate(1.0, 1, math.nan, 1e-6 if examples else 0.0, examples)
    assert estimate.interval() is None
    assert estimate.p_value() == 1


def test_values_that_never_vary() -> None:
    same = mean(np.zeros(3))
    assert same.interval() == Interval(0, 0)
    assert same.p_value() == 1
    # 0.85 - 0.84 and 0.86 - 0.85 differ in their last bits.
    assert mean(np.array([0.85, 0.86]) - np.array([0.84, 0.85])).interval() is None


@given(st.integers(1, 40), st.data())
def test_probability_is_clopper_and_pearsons(searches: int, data: st.DataObject) -> None:
    wins = data.draw(st.integers(0, searches))
    signs = np.where(np.arange(searches) < wins, 0.01, -0.01)
    found = probability_first_better(signs)
    assert found.value == wins / searches
    low, high = proportion_confint(wins, searches, method="beta")
    assert found.interval == pytest.approx((low if wins else 0, high if wins < searches else 1))


@pytest.mark.parametrize("searches", [3, 5, 12])
@pytest.mark.parametrize("ties", [0, 0.2])
def test_probability_interval_covers_with_ties(searches: int, ties: float) -> None:
    """Exactly, over all outcomes; a tie counts half in the truth, too."""
    for win in np.linspace(0, 1 - ties, 9):
        truth = win + ties / 2
        chances = [win, ties, 1 - ties - win]
        covered = 0.0
        for wins in range(searches + 1):
            for tied in range(searches + 1 - wins):
                lost = searches - wins - tied
                bounds = probability_first_better(
                    np.repeat([0.1, 0.0, -0.1], [wins, tied, lost])
                ).interval
                if bounds.low <= truth <= bounds.high:
                    covered += stats.multinomial.pmf([wins, tied, lost], searches, chances)
        assert covered >= 0.95


def test_a_tie_of_floats_is_a_tie() -> None:
    assert probability_first_better(np.array([0.3 - 0.2 - 0.1])).value == 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.sampled_from([0.05, 0.01]))
def test_holm_is_statsmodels(p_values: list[float], alpha: float) -> None:
    found = holm(p_values, alpha)
    with patch("gc.collect"):  # which statsmodels calls, and which takes 60 ms
        rejected, adjusted, *_ = multipletests(p_values, alpha=alpha, method="holm")
    assert found.adjusted == pytest.approx(adjusted)
    levels = np.array(found.levels)
    assume(not np.isclose(levels, p_values).any())
    assert [p < level for p, level in zip(p_values, levels, strict=True)] == list(rejected)
    assert np.all((levels >= alpha / len(p_values) - 1e-9) & (levels <= alpha + 1e-9))


def test_holm_without_hypotheses() -> None:
    assert holm([]) == ((), ())


def test_no_interval_of_differences_goes_beyond_what_is_possible() -> None:
    assert Interval(-1.4, 0.3).possible() == Interval(-1.0, 0.3)
    assert Interval(-0.2, 1.01).possible() == Interval(-0.2, 1.0)
    assert Interval(-0.2, 0.3).possible() == Interval(-0.2, 0.3)
