"""Whose luck it was: the parts of the variance of one search's difference."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.comparison.moments import Crossed
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
    budget: BudgetRuns, cells: tuple[str, str], weights: NDArray[np.float64], crossed: Crossed
) -> VarianceShares | None:
    """The shares for two cells; None with one search or one seed, which say nothing apart.

    The mean square of the searches' differences holds the searches, their seeds over S, and
    what of the examples differs from search to search; the first is what the others leave of
    it, not below 0.

    Args:
        budget: Their runs.
        cells: The two.
        weights: Of the test examples, (examples,), mean 1.
        crossed: Their comparison at this budget.
    """
    searches, seeds, examples = budget.shape
    if min(searches, seeds, examples) < 2:
        return None
    first, second = (budget.correct[cell].view(np.int8) for cell in cells)
    seed = max(0.0, _seed_variance(first - second, weights)) / seeds
    differing = crossed.residual / examples
    search = max(0.0, crossed.estimate.mean_square - seed - differing)
    variances = (search, seed, crossed.estimate.example_variance + differing)
    total = math.fsum(variances)
    shares = [variance / total for variance in variances]
    deviations = (math.sqrt(search), math.sqrt(seed), math.sqrt(variances[2]))
    return VarianceShares(shares[0], shares[1], shares[2], deviations)


def _seed_variance(table: NDArray[np.int8], weights: NDArray[np.float64]) -> float:
    """Variance between the seeds of a search, less that of the examples.

    Args:
        table: Differences before weighing: -1, 0 or 1, (searches, seeds, examples).
        weights: (examples,).
    """
    searches, seeds, examples = table.shape
    sums = table.sum(axis=1, dtype=np.int16)  # of a search's seeds
    # What a search's seeds differ by on an example, summed over the searches.
    apart = np.abs(table).sum(axis=(0, 1), dtype=np.int64) - np.square(sums).sum(axis=0) / seeds
    by_seed = table @ (weights / examples)
    between = float(by_seed.var(axis=1, ddof=1).mean())
    within = searches * (seeds - 1)  # degrees of freedom of those differences
    squares = float(apart @ np.square(weights))
    residual = (squares - examples * within * between) / (within * (examples - 1))
    return float(between - max(0.0, residual) / examples)
