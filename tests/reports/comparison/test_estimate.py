"""Paired comparison, against SciPy, statsmodels, closed forms and naive loops."""

import math
from itertools import product
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from reports.comparison.estimate import (
    SMALLEST_P,
    Estimate,
    Interval,
    holm,
    mean_difference,
    probability_first_better,
    slope,
)
from reports.comparison.runs import PairedRuns
from study.errors import UserError


def accuracies(random: np.random.Generator, seeds: int, limit: int = 1_000) -> PairedRuns:
    return PairedRuns(limit, random.normal(0.85, 0.01, seeds), random.normal(0.84, 0.01, seeds))


def answers(
    random: np.random.Generator, seeds: int, examples: int, limit: int = 1_000
) -> PairedRuns:
    """Correctness with a spread over seeds and over examples."""
    ease = random.uniform(0.5, 1, examples) + random.normal(0, 0.03, (seeds, 1))
    taste = random.uniform(-0.3, 0.3, examples)
    return PairedRuns(
        limit,
        random.random((seeds, examples)) < ease + taste,
        random.random((seeds, examples)) < ease - taste,
    )


def differences(runs: PairedRuns) -> NDArray[np.float64]:
    return runs.first.astype(np.float64) - runs.second.astype(np.float64)


correctness = hnp.arrays(np.bool_, st.tuples(st.just(2), st.integers(2, 5), st.integers(2, 8)))


@pytest.mark.parametrize("seeds", [2, 3, 12])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_interval_over_seeds_is_the_paired_t_interval(seeds: int, confidence: float) -> None:
    runs = accuracies(np.random.default_rng(seeds), seeds)
    estimate = mean_difference([runs], over_examples=False)
    oracle = stats.ttest_rel(runs.first.astype(float), runs.second.astype(float))
    assert estimate.interval(confidence) == pytest.approx(
        tuple(oracle.confidence_interval(confidence))
    )
    assert estimate.p_value() == pytest.approx(oracle.pvalue)


def test_correctness_and_its_accuracies_agree_over_seeds() -> None:
    runs = answers(np.random.default_rng(0), 5, 200)
    means = PairedRuns(1_000, runs.first.mean(axis=1), runs.second.mean(axis=1))
    estimate = mean_difference([runs], over_examples=False)
    assert estimate.interval() == pytest.approx(
        mean_difference([means], over_examples=False).interval()
    )


@given(correctness)
def test_variance_is_that_of_the_mean_squares(both: NDArray[np.bool_]) -> None:
    runs = PairedRuns(1_000, both[0], both[1])
    table = differences(runs)
    seeds, examples = table.shape
    mean, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    ms_seeds = examples * sum((rows - mean) ** 2) / (seeds - 1)
    ms_examples = seeds * sum((columns - mean) ** 2) / (examples - 1)
    ms_residual = sum(
        (table[s, i] - rows[s] - columns[i] + mean) ** 2
        for s, i in product(range(seeds), range(examples))
    ) / ((seeds - 1) * (examples - 1))
    expected = (ms_seeds + max(0, ms_examples - ms_residual)) / table.size
    estimate = mean_difference([runs], over_examples=True)
    assert estimate.value == pytest.approx(mean)
    assert estimate.standard_error**2 == pytest.approx(expected, abs=1e-12)


def test_variance_is_that_of_statsmodels_two_way_anova() -> None:
    runs = answers(np.random.default_rng(3), 4, 30)
    table = differences(runs)
    frame = pd.DataFrame(
        [(d, str(s), str(i)) for (s, i), d in np.ndenumerate(table)], columns=["d", "s", "i"]
    )
    anova = anova_lm(smf.ols("d ~ C(s) + C(i)", frame).fit())
    seeds, examples, residual = anova["sum_sq"] / anova["df"]
    assert examples > residual
    estimate = mean_difference([runs], over_examples=True)
    assert estimate.standard_error**2 == pytest.approx((seeds + examples - residual) / table.size)


def test_examples_are_shared_by_the_budgets() -> None:
    """Example effects that repeat at every budget do not average out; fresh ones do."""
    random = np.random.default_rng(5)
    effect = random.random(4_000) < 0.5

    def budget(limit: int, effect: NDArray[np.bool_]) -> PairedRuns:
        flips = random.random((6, 4_000)) < 0.1
        return PairedRuns(limit, effect ^ flips, ~effect ^ flips)

    shared = mean_difference([budget(n, effect) for n in (1, 2, 4, 8)], over_examples=True)
    fresh = mean_difference(
        [budget(n, random.random(4_000) < 0.5) for n in (1, 2, 4, 8)], over_examples=True
    )
    single = mean_difference([budget(1, effect)], over_examples=True)
    assert shared.example_variance == pytest.approx(single.example_variance, rel=0.1)
    assert fresh.example_variance == pytest.approx(single.example_variance / 4, rel=0.1)


def test_variance_of_simulated_means_is_estimated_without_bias() -> None:
    random = np.random.default_rng(11)
    estimates = [
        mean_difference([answers(random, 3, 150, n) for n in (1, 2)], over_examples=True)
        for _ in range(1_500)
    ]
    estimated = np.mean([estimate.standard_error**2 for estimate in estimates])
    assert estimated == pytest.approx(np.var([e.value for e in estimates]), rel=0.12)


def test_slope_between_two_budgets_is_welchs_difference() -> None:
    random = np.random.default_rng(2)
    low, high = accuracies(random, 4, 1_000), accuracies(random, 9, 2_000)
    estimate = slope([low, high], over_examples=False)
    assert estimate is not None
    oracle = stats.ttest_ind(high.differences, low.differences, equal_var=False)
    assert estimate.interval() == pytest.approx(tuple(oracle.confidence_interval()))
    assert estimate.p_value() == pytest.approx(oracle.pvalue)


def test_slope_is_the_least_squares_fit_to_all_pairs() -> None:
    random = np.random.default_rng(4)
    budgets = [accuracies(random, 5, limit) for limit in (1_000, 3_000, 4_000, 16_000)]
    logs = np.repeat(np.log2([budget.limit for budget in budgets]), 5)
    oracle = np.polyfit(logs, np.concatenate([budget.differences for budget in budgets]), 1)[0]
    estimate = slope(budgets, over_examples=False)
    assert estimate is not None
    assert estimate.value == pytest.approx(oracle)
    assert slope([budgets[1]] * 3, over_examples=False) is None
    assert slope([], over_examples=False) is None


def test_budgets_weigh_the_same_whatever_their_seeds() -> None:
    random = np.random.default_rng(6)
    budgets = [accuracies(random, seeds) for seeds in (3, 12, 5)]
    estimate = mean_difference(budgets, over_examples=False)
    parts = [budget.differences for budget in budgets]
    assert estimate.value == pytest.approx(np.mean([part.mean() for part in parts]))
    variance = sum(part.var(ddof=1) / len(part) for part in parts) / 9
    assert estimate.standard_error == pytest.approx(math.sqrt(variance))


@pytest.mark.parametrize("share", [0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95])
@pytest.mark.parametrize("seeds", [3, 5, 12])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_intervals_cover_at_their_rate_exactly(share: float, seeds: int, confidence: float) -> None:
    """By quadrature over the spread that the seeds happen to show; `share` is the examples'."""
    grid = (np.arange(1_000) + 0.5) / 1_000
    spreads = (1 - share) * seeds * stats.chi2.ppf(grid, seeds - 1) / (seeds - 1)
    halves = []
    for spread in spreads:
        estimate = Estimate(0.0, (seeds,), (float(spread),), share, 25_000)
        bounds = estimate.interval(confidence)
        assert bounds is not None
        halves.append(bounds.high)
    coverage = np.mean(2 * stats.norm.cdf(halves) - 1)
    assert confidence - 0.001 <= coverage <= confidence + 0.03


@given(
    st.floats(1e-4, 0.05),
    st.lists(st.tuples(st.integers(2, 12), st.floats(1e-6, 1e-4)), min_size=1, max_size=5),
    st.floats(0, 1e-4),
)
def test_p_value_is_where_the_interval_reaches_zero(
    value: float, budgets: list[tuple[int, float]], example_variance: float
) -> None:
    seeds, variances = zip(*budgets, strict=True)
    estimate = Estimate(value, seeds, variances, example_variance, 2_400)
    p = estimate.p_value()
    assume(SMALLEST_P < p < 1)
    bounds = estimate.interval(1 - p)
    assert bounds is not None
    assert bounds.low == pytest.approx(0, abs=1e-4 * value)


def test_one_test_example_has_no_interval_over_examples() -> None:
    runs = PairedRuns(1_000, np.array([[True], [False], [True]]), np.zeros((3, 1), np.bool_))
    assert mean_difference([runs], over_examples=False).interval() is not None
    assert mean_difference([runs], over_examples=True).interval() is None


def test_p_value_has_a_floor() -> None:
    assert Estimate(1.0, (12,), (1e-12,)).p_value() == SMALLEST_P


@pytest.mark.parametrize("examples", [None, 50])
def test_one_seed_has_no_interval(examples: int | None) -> None:
    shape = (1,) if examples is None else (1, examples)
    kind = np.float64 if examples is None else np.bool_
    runs = PairedRuns(1_000, np.ones(shape, kind), np.zeros(shape, kind))
    estimate = mean_difference([runs], over_examples=examples is not None)
    assert estimate.value == 1
    assert estimate.interval() is None
    assert estimate.p_value() == 1


def test_differences_that_never_vary() -> None:
    same = PairedRuns(1_000, np.full(3, 0.85), np.full(3, 0.85))
    estimate = mean_difference([same], over_examples=False)
    assert estimate.interval() == Interval(0, 0)
    assert estimate.p_value() == 1
    # 0.85 - 0.84 and 0.86 - 0.85 differ in their last bits.
    constant = PairedRuns(1_000, np.array([0.85, 0.86, 0.87]), np.array([0.84, 0.85, 0.86]))
    assert mean_difference([constant], over_examples=False).interval() is None


@given(st.integers(1, 40), st.data())
def test_probability_is_clopper_and_pearsons(pairs: int, data: st.DataObject) -> None:
    wins = data.draw(st.integers(0, pairs))
    signs = np.where(np.arange(pairs) < wins, 0.01, -0.01)
    found = probability_first_better(signs)
    assert found.value == wins / pairs
    low, high = proportion_confint(wins, pairs, method="beta")
    assert found.interval == pytest.approx((low if wins else 0, high if wins < pairs else 1))


@pytest.mark.parametrize("seeds", [3, 5, 12])
@pytest.mark.parametrize("ties", [0, 0.2])
def test_probability_interval_covers_with_ties(seeds: int, ties: float) -> None:
    """Exactly, over all outcomes; a tie counts half in the truth, too."""
    for win in np.linspace(0, 1 - ties, 9):
        truth = win + ties / 2
        chances = [win, ties, 1 - ties - win]
        covered = 0.0
        for wins in range(seeds + 1):
            for tied in range(seeds + 1 - wins):
                lost = seeds - wins - tied
                bounds = probability_first_better(
                    np.repeat([0.1, 0.0, -0.1], [wins, tied, lost])
                ).interval
                if bounds.low <= truth <= bounds.high:
                    covered += stats.multinomial.pmf([wins, tied, lost], seeds, chances)
        assert covered >= 0.95


def test_a_tie_of_floats_is_a_tie() -> None:
    assert probability_first_better(np.array([0.3 - 0.2 - 0.1])).value == 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_statsmodels(p_values: list[float]) -> None:
    found = holm(p_values)
    with patch("gc.collect"):  # which statsmodels calls, and which takes 60 ms
        rejected, adjusted, *_ = multipletests(p_values, alpha=0.05, method="holm")
    assert found.adjusted == pytest.approx(adjusted)
    levels = 1 - np.array(found.confidences)
    assume(not np.isclose(levels, p_values).any())
    assert [p < level for p, level in zip(p_values, levels, strict=True)] == list(rejected)
    assert np.all((levels >= 0.05 / len(p_values) - 1e-9) & (levels <= 0.05 + 1e-9))


def test_holm_without_hypotheses() -> None:
    assert holm([]) == ((), ())


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (np.ones(3), np.ones(4), "one shape"),
        (np.ones(0), np.ones(0), "at least one seed"),
        (np.ones((1, 2, 3)), np.ones((1, 2, 3)), "at least one seed"),
        (np.ones((3, 9)), np.ones((3, 9)), "type bool"),
        (np.full(3, 85.0), np.full(3, 84.0), "fractions from 0 to 1"),
        (np.array([np.nan]), np.ones(1), "fractions from 0 to 1"),
    ],
)
def test_runs_are_refused(
    first: NDArray[np.float64], second: NDArray[np.float64], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        PairedRuns(1_000, first, second)


def test_a_budget_below_one_is_refused() -> None:
    with pytest.raises(UserError, match="at least 1 parameter"):
        PairedRuns(0, np.ones(2), np.ones(2))


def test_paired_runs_know_their_size() -> None:
    runs = answers(np.random.default_rng(0), 3, 20)
    assert (runs.seeds, runs.examples) == (3, 20)
    assert runs.differences == pytest.approx(differences(runs).mean(axis=1))


def test_budgets_need_the_same_examples() -> None:
    random = np.random.default_rng(0)
    budgets = [answers(random, 3, 20), answers(random, 3, 30)]
    with pytest.raises(UserError, match=r"same test examples .* sizes \[20, 30\]"):
        mean_difference(budgets, over_examples=True)
    with pytest.raises(UserError, match="1 of 2 have it"):
        mean_difference([budgets[0], accuracies(random, 3)], over_examples=True)
