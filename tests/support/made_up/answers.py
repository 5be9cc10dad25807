"""Made-up right and wrong answers of cells at a budget, and the verdict on them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from reports.comparison.runs import BudgetRuns
from reports.comparison.verdict import Verdict, compare

MARGIN = 0.005


def runs(
    accuracies: Mapping[str, float],
    *,
    shape: tuple[int, int, int] = (6, 2, 4_000),
    limit: int = 1_000,
    luck: float = 0.001,
    noise: float = 0.02,
) -> BudgetRuns:
    """Cells of these accuracies whose searches differ by `luck`, on the same examples."""
    random = np.random.default_rng(limit)
    ease = random.random(shape[2])
    return BudgetRuns(
        limit,
        {
            cell: ease + random.normal(0, noise, shape)
            < accuracy + random.normal(0, luck, (shape[0], 1, 1))
            for cell, accuracy in accuracies.items()
        },
    )


def nobody(budget: BudgetRuns) -> NDArray[np.bool_]:
    """A majority class that is always wrong."""
    return np.zeros(budget.shape[2], np.bool_)


def verdict_of(*budgets: BudgetRuns, alpha: float = 0.05, margin: float = MARGIN) -> Verdict:
    return compare(budgets, margin, majority=nobody(budgets[0]), alpha=alpha)
