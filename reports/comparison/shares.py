"""Whose luck it was: the parts of the variance of one search's difference."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import crossed_mean, residual_mean_square
from reports.comparison.runs import BudgetRuns


@dataclass(frozen=True)
class VarianceShares:
    """Shares of the variance of one search's difference at a budget; they sum to 1.

    Attributes:
        search: Hyperparameters and train/validation split that a search found and drew.
        seed: Initial weights, data order and the like, which the search's seeds average.
        examples: The choice of the test examples.
        deviations: The standard deviations that each adds to a search's difference, fractions,
            in the same order.
    """

    search: float
    seed: float
    examples: float
    deviations: tuple[float, float, float]


def variance_shares(
    budget: BudgetRuns, cells: tuple[str, str], weights: NDArray[np.float64], floor: float
) -> VarianceShares | None:
    """The shares for two cells; None with one search or one seed, which say nothing apart.

    The mean square of the searches' differences holds the searches, their seeds over S, and
    what of the examples differs from search to search; the first is what the others leave of
    it, not below 0.
    """
    searches, seeds, examples = budget.shape
    if min(searches, seeds, examples) < 2:
        return None
    first, second = (budget.correct[cell].view(np.int8) for cell in cells)
    table = budget.table(*cells) * weights
    estimate = crossed_mean(table, floor)
    by_search = residual_mean_square(table, table.mean(axis=1), table.mean(axis=0)) / examples
    parts = [_seed_parts((first[r] - second[r]) * weights) for r in range(searches)]
    seed = max(0.0, float(np.mean([spread - noise for spread, noise in parts]))) / seeds
    search = max(0.0, estimate.mean_square - seed - by_search)
    variances = (search, seed, estimate.example_variance + by_search)
    total = math.fsum(variances)
    shares = [variance / total for variance in variances]
    deviations = (math.sqrt(search), math.sqrt(seed), math.sqrt(variances[2]))
    return VarianceShares(shares[0], shares[1], shares[2], deviations)


def _seed_parts(table: NDArray[np.float64]) -> tuple[float, float]:
    """Variance of a search's seeds, and what of it is the examples': (seeds, examples)."""
    rows = table.mean(axis=1)
    noise = residual_mean_square(table, rows, table.mean(axis=0)) / table.shape[1]
    return float(rows.var(ddof=1)), noise
