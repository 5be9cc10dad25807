"""The rule, case by case, and what it is fed."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.comparison.estimate import Interval
from reports.comparison.runs import PairedRuns
from reports.comparison.verdict import Outcome, Verdict, compare, decide
from reports.words.statement import statement
from study.errors import UserError

CELLS = ("lstm", "gru")
MARGIN = 0.005


@pytest.mark.parametrize(
    ("difference", "interval", "interval_90", "outcome"),
    [
        (0.009, (0.006, 0.012), (0.0065, 0.0115), "better"),
        (-0.009, (-0.012, -0.006), (-0.0115, -0.0065), "better"),
        (0.005, (0.001, 0.009), (0.0015, 0.0085), "better"),
        (0.009, (-0.001, 0.019), (0.001, 0.017), "undecided"),
        (0.009, (0.0, 0.018), (0.001, 0.017), "undecided"),
        (0.0, (-0.004, 0.004), (-0.003, 0.003), "equivalent"),
        (0.001, (-0.004, 0.006), (-0.003, 0.0049), "equivalent"),
        (0.001, (-0.004, 0.006), (-0.003, 0.005), "undecided"),
        (0.0, (0.0, 0.0), (0.0, 0.0), "equivalent"),
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
    interval_90: tuple[float, float] | None,
    outcome: str,
) -> None:
    wide = Interval(*interval) if interval else None
    assert (
        decide(difference, wide, Interval(*interval_90) if interval_90 else None, MARGIN) == outcome
    )


def ladder(
    gap: float, deviation: float, seeds: tuple[int, ...] = (12, 12, 12, 12), seed: int = 0
) -> list[PairedRuns]:
    """Accuracies of both cells at doubling budgets; `gap` is the true difference."""
    random = np.random.default_rng(seed)
    return [
        PairedRuns(
            1_000 * 2**budget,
            random.normal(0.85 + gap, deviation, size),
            random.normal(0.85, deviation, size),
        )
        for budget, size in enumerate(seeds)
    ]


def answered(gap: float, seeds: int = 5, examples: int = 2_000) -> list[PairedRuns]:
    random = np.random.default_rng(1)
    return [
        PairedRuns(
            limit,
            random.random((seeds, examples)) < 0.8 + gap,
            random.random((seeds, examples)) < 0.8,
        )
        for limit in (1_000, 2_000)
    ]


def test_better() -> None:
    # Half of the differences are 0.95 points above -0.9 points, half below: with 44 degrees of
    # degrees_of_freedom the interval is 2.0154 * 0.95 / sqrt(44) = 0.29 points to either side.
    swings = np.array([0.0095, -0.0095] * 6)
    budgets = [
        PairedRuns(limit, 0.84 + swings, np.full(12, 0.849))
        for limit in (4_000, 8_000, 1_000, 2_000)
    ]
    verdict = compare(budgets, CELLS)
    assert verdict.outcome is Outcome.BETTER
    assert verdict.winner == "gru"
    assert verdict.seeds_needed is None
    assert verdict.difference == pytest.approx(-0.009)
    assert verdict.interval == pytest.approx((-0.009 - 0.002886, -0.009 + 0.002886), abs=1e-6)
    assert [budget.limit for budget in verdict.budgets] == [1_000, 2_000, 4_000, 8_000]
    assert all(budget.outcome is Outcome.BETTER for budget in verdict.budgets)
    assert str(statement(verdict, "imdb")) == (
        "At equal size GRU is more accurate than LSTM on imdb by 0.9 points "
        "(95 % interval 0.6 to 1.2, 12 seeds at each of 4 budgets)."
    )


def test_the_claim_stands_without_its_grounds() -> None:
    told = statement(compare(ladder(0.008, 0.01, (3, 3)), CELLS), "imdb")
    assert (
        told.claim == "At equal size it is undecided whether LSTM or GRU is more accurate on imdb"
    )
    assert told.grounds.startswith("(LSTM minus GRU: ")
    assert not statement(compare([], CELLS), "imdb").grounds


def test_equivalent() -> None:
    verdict = compare(ladder(0, 0.003), CELLS)
    assert verdict.outcome is Outcome.EQUIVALENT
    assert verdict.winner is None
    text = str(statement(verdict, "imdb"))
    assert text.startswith(
        "At equal size LSTM and GRU are equally accurate on imdb to within 0.5 points "
        "(LSTM minus GRU: "
    )
    assert "90 % interval" in text


def test_negligible() -> None:
    verdict = compare(ladder(0.0025, 0.002), CELLS)
    assert verdict.outcome is Outcome.NEGLIGIBLE
    assert verdict.winner is None
    assert "LSTM is more accurate than GRU on imdb, but only by 0." in str(
        statement(verdict, "imdb")
    )


def test_undecided_says_how_many_seeds_would_decide() -> None:
    verdict = compare(ladder(0.008, 0.01, (3, 3)), CELLS)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.seeds_needed is not None
    assert verdict.seeds_needed > 3
    assert str(statement(verdict, "imdb")).endswith(
        f"3 seeds at each of 2 budgets). "
        f"About {verdict.seeds_needed} seeds at each budget would probably (80 %) decide it, if "
        "the difference is as measured."
    )


def test_undecided_for_want_of_test_examples() -> None:
    """Each cell is always right on its own half of 100 examples: a spread of 10 points."""
    first = np.tile(np.arange(100) < 50, (5, 1))
    second = ~first
    second[0, 0] = True
    verdict = compare([PairedRuns(1_000, first, second)], CELLS)
    assert verdict.seeds_needed is None
    assert "Not even 1,000 seeds" in str(statement(verdict, "names"))


def test_labels_and_unequal_seeds() -> None:
    verdict = compare(ladder(0.01, 0.003, (3, 12, 5)), CELLS)
    assert [budget.seeds for budget in verdict.budgets] == [3, 12, 5]
    text = str(statement(verdict, "imdb", label=str.title))
    assert "Lstm is more accurate than Gru" in text
    assert "3 to 12 seeds at each of 3 budgets" in text


def test_nothing_confirmed() -> None:
    verdict = compare([], CELLS)
    assert verdict == Verdict(CELLS, MARGIN, (), None, None, None)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.difference is None
    assert verdict.interval is None
    assert verdict.equivalence_interval is None
    assert verdict.winner is None
    assert verdict.seeds_needed is None
    assert str(statement(verdict, "imdb")) == "No confirmed runs compare LSTM with GRU on imdb."


def test_one_seed() -> None:
    verdict = compare(ladder(0.05, 0.001, (1,)), CELLS)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.interval is None
    assert verdict.budgets[0].interval_seeds is None
    text = str(statement(verdict, "imdb"))
    assert "no interval, 1 seed at one budget" in text
    assert text.endswith("run several.")


def test_one_cell_under_two_names_is_equivalent() -> None:
    budgets = [PairedRuns(budget.limit, budget.first, budget.first) for budget in answered(0)]
    verdict = compare(budgets, ("a", "b"))
    assert verdict.outcome is Outcome.EQUIVALENT
    assert verdict.interval == Interval(0, 0)
    assert all(budget.probability_first_better.value == 0.5 for budget in verdict.budgets)
    assert "0.0 points, 90 % interval 0.0 to 0.0" in str(statement(verdict, "imdb"))


def test_a_difference_that_never_varies_is_undecided() -> None:
    budget = PairedRuns(1_000, np.full(3, 0.86), np.full(3, 0.85))
    verdict = compare([budget], CELLS)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "spread is unknown" in str(statement(verdict, "imdb"))


def test_both_intervals_where_correctness_is_known() -> None:
    verdict = compare(answered(0.05), CELLS)
    for budget in verdict.budgets:
        assert budget.interval_seeds is not None
        assert budget.interval_seeds_examples is not None
        assert budget.deciding is budget.over_seeds_and_examples
    assert verdict.overall is not None
    assert verdict.overall.examples == 2_000


def test_accuracies_at_one_budget_leave_the_overall_interval_over_seeds() -> None:
    known, other = answered(0.05)
    accuracies = PairedRuns(other.limit, other.first.mean(axis=1), other.second.mean(axis=1))
    verdict = compare([known, accuracies], CELLS)
    assert verdict.overall is not None
    assert verdict.overall.examples is None
    assert verdict.budgets[0].interval_seeds_examples is not None
    assert verdict.budgets[1].interval_seeds_examples is None


@given(st.floats(-0.02, 0.02), st.floats(1e-4, 0.02), st.integers(0, 99))
def test_the_other_way_round_is_the_mirror_image(gap: float, deviation: float, seed: int) -> None:
    budgets = ladder(gap, deviation, (3, 5), seed)
    one = compare(budgets, CELLS)
    other = compare([PairedRuns(r.limit, r.second, r.first) for r in budgets], CELLS[::-1])
    assert (one.outcome, one.winner) == (other.outcome, other.winner)
    assert one.interval is not None
    assert one.interval.negated() == pytest.approx(other.interval)
    assert [budget.outcome for budget in one.budgets] == [
        budget.outcome for budget in other.budgets
    ]


@given(st.floats(0, 0.02), st.floats(1e-3, 0.02), st.integers(0, 99))
def test_shown_intervals_agree_with_holm(gap: float, deviation: float, seed: int) -> None:
    for budget in compare(ladder(gap, deviation, (3, 5, 4), seed), CELLS).budgets:
        assert budget.interval_seeds is not None
        assert budget.interval_seeds.excludes_zero() == (budget.p_value <= 0.05)
        assert 0.95 <= budget.confidence <= 1 - 0.05 / 3 + 1e-12


def test_a_margin_of_nothing_is_refused() -> None:
    with pytest.raises(UserError, match="above 0"):
        compare([], CELLS, margin=0)


def test_the_statistics_know_no_keras_and_no_optuna() -> None:
    code = "import sys, reports.comparison.verdict; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"keras", "tensorflow", "optuna", "pandas", "matplotlib"} & set(loaded)
