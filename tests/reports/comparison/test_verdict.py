"""The rule, case by case, and what it is fed."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from reports.comparison.estimate import Interval
from reports.comparison.outcome import Outcome, decide
from reports.comparison.runs import BudgetRuns
from reports.comparison.verdict import compare
from study.errors import UserError

MARGIN = 0.005


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


def runs(
    accuracies: dict[str, float],
    *,
    shape: tuple[int, int, int] = (6, 2, 4_000),
    limit: int = 1_000,
    luck: float = 0.001,
) -> BudgetRuns:
    """Cells of these accuracies whose searches differ by `luck`, on the same examples."""
    random = np.random.default_rng(limit)
    ease = random.random(shape[2])
    return BudgetRuns(
        limit,
        {
            cell: ease + random.normal(0, 0.02, shape)
            < accuracy + random.normal(0, luck, (shape[0], 1, 1))
            for cell, accuracy in accuracies.items()
        },
    )


def nobody(budget: BudgetRuns) -> NDArray[np.bool_]:
    """A majority class that is always wrong."""
    return np.zeros(budget.shape[2], np.bool_)


def test_better() -> None:
    budget = runs({"lstm": 0.80, "gru": 0.82})
    verdict = compare([budget], MARGIN, majority=nobody(budget))
    assert verdict.cells == ("lstm", "gru")
    assert (verdict.outcome, verdict.winner) == (Outcome.BETTER, "gru")
    assert verdict.headline.difference == pytest.approx(-0.02, abs=0.003)
    assert verdict.mean_over_budgets is None


def test_one_search_has_no_interval() -> None:
    budget = runs({"lstm": 0.7, "gru": 0.9}, shape=(1, 3, 500))
    verdict = compare([budget], MARGIN, majority=nobody(budget))
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.headline.interval is None
    assert verdict.headline.prediction is None
    assert verdict.shares is None
    assert verdict.searches_needed is None


def test_a_margin_of_nothing_is_refused() -> None:
    budget = runs({"lstm": 0.7, "gru": 0.9})
    with pytest.raises(UserError, match="above 0"):
        compare([budget], 0, majority=nobody(budget))


def test_the_statistics_know_no_keras_and_no_optuna() -> None:
    code = "import sys, reports.comparison.verdict; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"keras", "tensorflow", "optuna", "pandas", "matplotlib"} & set(loaded)
