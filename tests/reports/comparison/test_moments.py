"""Mean squares of contrasts, against naive loops and statsmodels' analysis of variance."""

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from statsmodels.stats.anova import anova_lm

from reports.comparison.moments import Moments, difference
from reports.comparison.runs import BudgetRuns, check_alike
from study.errors import UserError

CELLS = ("a", "b")

correctness = hnp.arrays(
    np.bool_,
    st.tuples(st.just(2), st.integers(2, 5), st.integers(1, 3), st.integers(2, 8)),
)


def answers(
    random: np.random.Generator, searches: int, examples: int, limit: int = 1_000, seeds: int = 2
) -> BudgetRuns:
    """With a spread over searches, seeds and examples."""
    ease = random.uniform(0.5, 1, examples)
    taste = random.uniform(-0.3, 0.3, examples) + random.normal(0, 0.06, (searches, 1, 1))
    shape = (searches, seeds, examples)
    return BudgetRuns(
        limit, {"a": random.random(shape) < ease + taste, "b": random.random(shape) < ease - taste}
    )


def table(runs: BudgetRuns) -> NDArray[np.float64]:
    first, second = (runs.correct[cell].mean(axis=1, dtype=np.float64) for cell in CELLS)
    return np.asarray(first - second, dtype=np.float64)


def equal(runs: BudgetRuns) -> NDArray[np.float64]:
    return np.ones(runs.shape[2])


@given(correctness, st.integers(0, 99))
def test_variance_is_that_of_the_mean_squares(both: NDArray[np.bool_], seed: int) -> None:
    runs = BudgetRuns(1_000, {"a": both[0], "b": both[1]})
    weights = np.random.default_rng(seed).uniform(0.5, 2, runs.shape[2])
    weights /= weights.mean()
    d = table(runs) * weights
    searches, examples = d.shape
    mean, rows, columns = d.mean(), d.mean(axis=1), d.mean(axis=0)
    ms_searches = examples * sum((rows - mean) ** 2) / (searches - 1)
    ms_examples = searches * sum((columns - mean) ** 2) / (examples - 1)
    ms_residual = sum(
        (d[r, i] - rows[r] - columns[i] + mean) ** 2
        for r, i in product(range(searches), range(examples))
    ) / ((searches - 1) * (examples - 1))
    seeds = ((both[0] * 1.0 - both[1]) * weights).mean(axis=2)  # (searches, seeds)
    if seeds.shape[1] > 1:  # pooled where searches differ by less than their seeds
        alone = examples * seeds.var(axis=1, ddof=1).mean() / seeds.shape[1]
        freedom = searches * (seeds.shape[1] - 1)
        if alone > ms_searches:
            ms_searches = ((searches - 1) * ms_searches + freedom * alone) / (
                searches - 1 + freedom
            )
    ms_searches = max(ms_searches, ms_residual)
    floor = 3 * np.mean(weights**2) / examples**2
    expected = ms_searches / d.size + max((ms_examples - ms_residual) / d.size, floor)
    found = Moments([runs], weights).crossed(difference(1_000, CELLS))
    assert found.by_search == pytest.approx(rows)
    assert found.estimate.value == pytest.approx(mean)
    assert found.residual == pytest.approx(ms_residual, abs=1e-9)
    assert found.estimate.standard_error**2 == pytest.approx(expected, abs=1e-12)


def test_variance_is_that_of_statsmodels_two_way_anova() -> None:
    runs = answers(np.random.default_rng(3), 4, 60)
    d = table(runs)
    frame = pd.DataFrame(
        [(value, str(r), str(i)) for (r, i), value in np.ndenumerate(d)], columns=["d", "r", "i"]
    )
    anova = anova_lm(smf.ols("d ~ C(r) + C(i)", frame).fit())
    searches, examples, residual = anova["sum_sq"] / anova["df"]
    assert examples > residual
    estimate = Moments([runs], equal(runs)).crossed(difference(1_000, CELLS)).estimate
    assert estimate.standard_error**2 == pytest.approx((searches + examples - residual) / d.size)


def test_contrasts_over_budgets_are_those_of_their_tables() -> None:
    random = np.random.default_rng(4)
    budgets = [answers(random, 5, 300, limit) for limit in (400, 100)]
    moments = Moments(budgets, equal(budgets[0]))
    for signs in ((0.5, 0.5), (1, -1)):
        contrast = {
            key: sign * weight
            for sign, budget in zip(signs, budgets, strict=True)
            for key, weight in difference(budget.limit, CELLS).items()
        }
        by_hand = sum(s * table(budget) for s, budget in zip(signs, budgets, strict=True))
        found = moments.crossed(contrast)
        assert found.by_search == pytest.approx(np.asarray(by_hand).mean(axis=1))
    assert moments.accuracies()[100]["b"] == pytest.approx(budgets[1].correct["b"].mean())


def test_no_discordant_example_leaves_the_rule_of_three() -> None:
    right = np.random.default_rng(0).random((4, 2, 300)) < 0.8
    runs = BudgetRuns(1_000, {"a": right, "b": right})
    estimate = Moments([runs], equal(runs)).crossed(difference(1_000, CELLS)).estimate
    assert (estimate.value, estimate.mean_square) == (0, 0)
    assert estimate.standard_error == pytest.approx(math.sqrt(3) / 300)


def test_searches_that_agree_by_chance_are_as_uncertain_as_their_seeds() -> None:
    right = np.zeros((3, 2, 100), bool)
    right[:, 0, :60] = right[:, 1, :40] = True  # 0.6 and 0.4 in every search
    runs = BudgetRuns(1_000, {"a": right, "b": np.zeros_like(right)})
    found = Moments([runs], equal(runs)).crossed(difference(1_000, CELLS))
    assert np.ptp(found.by_search) < 1e-12
    assert found.estimate.mean_square == pytest.approx((2 * 0 + 3 * 0.02 / 2) / (2 + 3))
    assert found.estimate.freedom == 2 + 3
    one = Moments(
        [BudgetRuns(1_000, {cell: table[:, :1] for cell, table in runs.correct.items()})],
        equal(runs),
    )
    estimate = one.crossed(difference(1_000, CELLS)).estimate
    assert estimate.mean_square == pytest.approx(0)  # one seed tells nothing
    assert estimate.freedom == 2


def test_searches_that_agree_by_chance_are_as_uncertain_as_their_answers() -> None:
    right = np.random.default_rng(5).random((2, 1, 1_000)) < 0.8
    right[1] = np.roll(right[0], 1, axis=1)  # as many, on other examples
    runs = BudgetRuns(1_000, {"a": right, "b": np.roll(right, 2, axis=2)})
    found = Moments([runs], equal(runs)).crossed(difference(1_000, CELLS))
    assert found.by_search == pytest.approx([0, 0])
    assert found.estimate.mean_square == pytest.approx(found.residual / 1_000)
    assert found.estimate.mean_square == pytest.approx(2 * 0.8 * 0.2 / 1_000, rel=0.2)


def test_variance_of_simulated_means_is_estimated_without_bias() -> None:
    random = np.random.default_rng(11)
    estimates = []
    for _ in range(1_500):
        runs = answers(random, 3, 150, seeds=1)
        found = Moments([runs], equal(runs)).crossed(difference(1_000, CELLS))
        estimates.append(found.estimate)
    estimated = np.mean([estimate.standard_error**2 for estimate in estimates])
    assert estimated == pytest.approx(np.var([e.value for e in estimates]), rel=0.12)


@pytest.mark.parametrize("shape", [(1, 2, 50), (4, 2, 1)], ids=["one search", "one example"])
def test_one_search_or_example_has_no_interval(shape: tuple[int, int, int]) -> None:
    right = np.random.default_rng(0).random(shape) < 0.5
    runs = BudgetRuns(1_000, {"a": right, "b": ~right})
    found = Moments([runs], equal(runs)).crossed(difference(1_000, CELLS))
    assert found.estimate.interval() is None
    assert math.isnan(found.residual)


@pytest.mark.parametrize(
    ("correct", "message"),
    [
        ({"a": np.ones((2, 1, 5), bool)}, "two cells"),
        ({"a": np.ones((2, 1, 5), bool), "b": np.ones((3, 1, 5), bool)}, "one for all cells"),
        ({"a": np.ones((2, 0, 5), bool), "b": np.ones((2, 0, 5), bool)}, "one for all cells"),
        ({"a": np.ones((2, 5), bool), "b": np.ones((2, 5), bool)}, "of type bool"),
        ({"a": np.ones((2, 1, 5)), "b": np.ones((2, 1, 5))}, "of type bool"),
    ],
)
def test_runs_are_refused(correct: dict[str, NDArray[np.bool_]], message: str) -> None:
    with pytest.raises(UserError, match=message):
        BudgetRuns(1_000, correct)


def test_a_budget_below_one_is_refused() -> None:
    right = np.ones((2, 1, 5), np.bool_)
    with pytest.raises(UserError, match="at least 1 parameter"):
        BudgetRuns(0, {"a": right, "b": right})


def test_budgets_need_the_same_examples_and_one_limit_each() -> None:
    random = np.random.default_rng(0)
    with pytest.raises(UserError, match="same test examples"):
        check_alike([answers(random, 3, 20), answers(random, 3, 30, 2_000)])
    with pytest.raises(UserError, match="given once"):
        check_alike([answers(random, 3, 20), answers(random, 3, 20)])
