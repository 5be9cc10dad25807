"""The verdict: what is said of which cells, by the rule."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reports.comparison.outcome import Outcome
from reports.comparison.runs import BudgetRuns
from reports.comparison.verdict import compare
from study.errors import UserError
from tests.support.made_up.answers import MARGIN, nobody, runs, verdict_of


def test_better() -> None:
    verdict = verdict_of(runs({"lstm": 0.80, "gru": 0.82}))
    assert verdict.cells == ("lstm", "gru")
    assert (verdict.outcome, verdict.winner) == (Outcome.BETTER, "gru")
    assert verdict.headline.difference == pytest.approx(-0.02, abs=0.003)
    assert verdict.mean_over_budgets is None
    assert verdict.searches == 6
    assert verdict.searches_needed is None


def test_the_headline_is_about_the_largest_budget() -> None:
    """Whatever order they come in; the mean over budgets is the second sentence."""
    small = runs({"lstm": 0.80, "gru": 0.82}, limit=100)
    large = runs({"lstm": 0.85, "gru": 0.80}, limit=400)
    verdict = verdict_of(small, large)
    assert (verdict.limit, verdict.winner) == (400, "lstm")
    assert [pair.limit for pair in verdict.comparisons] == [400, 100]
    means = verdict.mean_over_budgets
    assert means is not None
    assert means.difference == pytest.approx(
        np.mean([pair.difference for pair in verdict.comparisons])
    )
    assert means.homogeneity_p is not None
    assert means.homogeneity_p < 0.01


def test_equivalent_cells() -> None:
    verdict = verdict_of(runs({"lstm": 0.80, "gru": 0.80}, shape=(12, 2, 20_000), luck=0))
    assert verdict.outcome is Outcome.EQUIVALENT
    assert verdict.winner is None


def test_one_cell_under_two_names_is_equivalent_to_the_rule_of_three() -> None:
    same = runs({"a": 0.8, "b": 0.8}).correct["a"]
    verdict = verdict_of(BudgetRuns(1_000, {"a": same, "b": same}))
    assert verdict.outcome is Outcome.EQUIVALENT
    half = stats.t.ppf(0.975, 3_999) * np.sqrt(3) / 4_000
    assert verdict.headline.interval == pytest.approx((-half, half))
    assert verdict.headline.probability.value == 0.5


def test_two_examples_prove_nothing() -> None:
    right = np.ones((12, 2, 2), np.bool_)
    assert verdict_of(BudgetRuns(1_000, {"a": right, "b": right})).outcome is Outcome.UNDECIDED


def test_cells_no_better_than_the_majority_class_are_not_called_alike() -> None:
    budget = runs({"lstm": 0.80, "gru": 0.80}, shape=(12, 2, 20_000), luck=0)
    majority = np.arange(20_000) < 0.9 * 20_000
    verdict = compare([budget], MARGIN, majority=majority)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.below_majority == ("lstm", "gru")
    assert verdict.majority == pytest.approx(0.9)


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_cells_that_always_fail_are_not_called_alike(seeds: int) -> None:
    """They answer with the majority class, to the last example."""
    majority = np.arange(20_001) % 3 == 0
    always = np.broadcast_to(majority, (12, seeds, 20_001)).copy()
    verdict = compare([BudgetRuns(1, {"a": always, "b": always})], MARGIN, majority=majority)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.below_majority == ("a", "b")


def test_better_than_what_learned_nothing_is_still_better() -> None:
    budget = runs({"lstm": 0.95, "gru": 0.85})
    verdict = compare([budget], MARGIN, majority=np.arange(4_000) < 3_600)
    assert (verdict.winner, verdict.below_majority) == ("lstm", ("gru",))


def test_of_three_cells_the_best_meets_the_next_best() -> None:
    verdict = verdict_of(runs({"rnn": 0.75, "gru": 0.80, "lstm": 0.83}))
    assert verdict.cells == ("lstm", "gru")
    assert verdict.winner == "lstm"
    assert verdict.headline.difference == pytest.approx(0.03, abs=0.004)
    assert [pair.cells for pair in verdict.comparisons] == [
        ("rnn", "gru"),
        ("rnn", "lstm"),
        ("gru", "lstm"),
    ]
    mirrored = verdict.comparisons[2]
    assert mirrored.winner == "lstm"
    assert mirrored.reversed().interval == verdict.headline.interval
    assert mirrored.probability.value == 1 - verdict.headline.probability.value


def test_weights_make_accuracy_balanced() -> None:
    labels = np.arange(4_000) < 3_000
    weights = np.where(labels, 4_000 / 6_000, 4_000 / 2_000)
    budget = runs({"a": 0.80, "b": 0.82})
    verdict = compare([budget], MARGIN, majority=labels, weights=weights)
    assert verdict.majority == pytest.approx(0.5)
    for cell, correct in budget.correct.items():
        by_class = [correct[..., labels].mean(), correct[..., ~labels].mean()]
        assert verdict.accuracies[1_000][cell] == pytest.approx(np.mean(by_class))


@pytest.mark.parametrize("balanced", [False, True])
def test_sums_in_another_order_lift_no_cell_above_the_majority_class(balanced: bool) -> None:
    for examples in range(2_000, 2_020):
        majority = np.random.default_rng(examples).random(examples) < 0.9
        count = majority.sum()
        shares = np.where(majority, examples / (2 * count), examples / (2 * (examples - count)))
        learned_nothing = np.broadcast_to(majority, (4, 2, examples))
        budgets = [
            BudgetRuns(limit, {"a": learned_nothing, "b": learned_nothing}) for limit in (250, 1000)
        ]
        weights = shares if balanced else None
        verdict = compare(budgets, MARGIN, majority=majority, weights=weights)
        assert verdict.below_majority == ("a", "b")
        assert verdict.mean_over_budgets is not None
        assert {pair.outcome for pair in verdict.comparisons} == {Outcome.UNDECIDED}
        assert verdict.mean_over_budgets.outcome is Outcome.UNDECIDED


@settings(deadline=None)
@given(st.floats(-0.02, 0.02), st.integers(1, 99))
def test_the_other_way_round_is_the_mirror_image(gap: float, limit: int) -> None:
    budgets = [
        runs({"a": 0.8, "b": 0.8 + gap}, limit=each, luck=0.006, shape=(4, 1, 500))
        for each in (limit, 4 * limit)
    ]
    turned = [
        BudgetRuns(b.limit, {cell: b.correct[cell] for cell in b.cells[::-1]}) for b in budgets
    ]
    one, other = verdict_of(*budgets), verdict_of(*turned)
    assert (one.outcome, one.winner) == (other.outcome, other.winner)
    mirrored = one.headline.reversed()
    assert mirrored.cells == other.cells
    for name in ("interval", "equivalence_interval", "prediction", "search_prediction"):
        assert getattr(mirrored, name) == pytest.approx(getattr(other.headline, name))
    assert one.mean_over_budgets is not None
    assert other.mean_over_budgets is not None
    assert one.mean_over_budgets.homogeneity_p == pytest.approx(
        other.mean_over_budgets.homogeneity_p
    )


def test_budgets_that_lack_searches_have_no_mean() -> None:
    short = runs({"a": 0.8, "b": 0.82}, limit=100, shape=(3, 2, 4_000))
    verdict = verdict_of(short, runs({"a": 0.8, "b": 0.82}, limit=400))
    assert [pair.estimate.units for pair in verdict.comparisons] == [6, 3]
    assert verdict.mean_over_budgets is None


def test_one_search_has_no_interval() -> None:
    verdict = verdict_of(
        runs({"lstm": 0.7, "gru": 0.9}, shape=(1, 3, 500)),
        runs({"lstm": 0.7, "gru": 0.9}, shape=(1, 3, 500), limit=100),
    )
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.headline.interval is None
    assert verdict.headline.prediction is None
    assert verdict.headline.p_value == 1
    assert verdict.shares is None
    assert verdict.searches_needed is None
    assert verdict.mean_over_budgets is not None
    assert verdict.mean_over_budgets.interval is None
    assert verdict.mean_over_budgets.homogeneity_p is None


def test_undecided_says_how_many_searches_would_decide() -> None:
    verdict = verdict_of(runs({"a": 0.80, "b": 0.82}, shape=(4, 2, 4_000), luck=0.02))
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.searches_needed is not None
    assert verdict.searches_needed > 4


def test_bad_input_is_refused() -> None:
    budget = runs({"lstm": 0.7, "gru": 0.9})
    with pytest.raises(UserError, match="above 0"):
        verdict_of(budget, margin=0)
    with pytest.raises(UserError, match="at least one budget"):
        compare([], MARGIN, majority=nobody(budget))
    with pytest.raises(UserError, match="4,000 test examples, but the majority class 3"):
        compare([budget], MARGIN, majority=np.zeros(3, np.bool_))


def test_the_statistics_know_no_keras_and_no_optuna() -> None:
    code = "import sys, reports.comparison.verdict; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"keras", "tensorflow", "optuna", "pandas", "matplotlib"} & set(loaded)
