"""Whether the budgets differ: the test keeps its level, though budgets share their searches."""

import numpy as np
import pytest

from reports.comparison.ladder import homogeneity
from reports.comparison.moments import Moments
from reports.comparison.runs import BudgetRuns

CELLS = ("a", "b")
LIMITS = (1_600, 400, 100)


def rejected(studies: int, searches: int, *, step: float = 0.0, widening: float = 1.0) -> float:
    """Share of studies found to differ whose budgets differ by `step` from one to the next.

    Half of a search's luck is shared by its budgets, and all of the test examples.
    """
    random = np.random.default_rng(searches)
    examples, found = 600, 0
    for _ in range(studies):
        common = random.normal(0, 0.02, (searches, 1, 1))
        taste = np.where(random.random(examples) < 0.5, 0.2, -0.2)
        budgets = []
        for number, limit in enumerate(LIMITS):
            own = random.normal(0, 0.02, (searches, 1, 1))
            luck = (common + own) * widening**number + step * number
            shape = (searches, 1, examples)
            budgets.append(
                BudgetRuns(
                    limit,
                    {
                        "a": random.random(shape) < 0.5 + (taste + luck) / 2,
                        "b": random.random(shape) < 0.5 - (taste + luck) / 2,
                    },
                )
            )
        p = homogeneity(Moments(budgets, np.ones(examples)), LIMITS, CELLS)
        assert p is not None
        found += p <= 0.05
    return found / studies


@pytest.mark.parametrize("searches", [3, 4, 12])
@pytest.mark.parametrize("widening", [1.0, 2**0.5])
def test_equal_budgets_are_found_to_differ_in_at_most_one_study_of_twenty(
    searches: int, widening: float
) -> None:
    noise = 3.3 * np.sqrt(0.05 * 0.95 / 500)
    assert rejected(500, searches, widening=widening) <= 0.05 + noise


def test_budgets_that_differ_are_found() -> None:
    assert rejected(100, 6, step=0.08) > 0.8
