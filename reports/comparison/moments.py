"""What all comparisons of a study need of its runs, gathered in one pass over the answers.

Every comparison is a contrast of the accuracies of cells at budgets: a pair, its mean over
budgets, what one budget has more than another. Its mean squares are quadratic forms in the
contrast, so the answers are read once, however many contrasts follow.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate, mean
from reports.comparison.runs import BudgetRuns

Contrast = Mapping[tuple[int, str], float]  # weight of a cell's accuracy at a limit


class Crossed(NamedTuple):
    """A contrast's mean over searches and test examples."""

    by_search: NDArray[np.float64]  # the contrast in each search, (searches,)
    estimate: Estimate
    residual: float  # mean square that searches and examples leave; NaN with one of either


class Moments:
    """Sums over the answers of all cells at budgets with the same searches.

    Args:
        budgets: Row `r` of each is the same search.
        weights: Of the test examples, (examples,), mean 1.
    """

    def __init__(self, budgets: Sequence[BudgetRuns], weights: NDArray[np.float64]) -> None:
        self._keys = [(budget.limit, cell) for budget in budgets for cell in budget.cells]
        searches, _, examples = budgets[0].shape
        answers = np.empty((len(self._keys), searches, examples))
        cells = [budget.counts(cell) for budget in budgets for cell in budget.cells]
        seeds = [budget.shape[1] for budget in budgets for _ in budget.cells]
        for place, (counts, count) in enumerate(zip(cells, seeds, strict=True)):
            np.multiply(counts, weights / count, out=answers[place])
        columns = answers.sum(axis=1) / searches
        flat = answers.reshape(len(answers), -1)
        self.searches, self.examples = searches, examples
        self._by_seed = {
            (budget.limit, cell): budget.correct[cell] @ (weights / examples)  # (searches, seeds)
            for budget in budgets
            for cell in budget.cells
        }
        self._rows = answers @ np.full(examples, 1 / examples)  # (keys, searches)
        self._squares = flat @ flat.T
        self._columns = columns @ columns.T
        # By the rule of three, up to 3 in N examples may be answered differently where none of
        # N was (Hanley & Lippman-Hand 1983, JAMA 249); a fraction p of them adds p/N.
        self._floor = 3 * float(weights @ weights) / self.examples**3

    def accuracies(self) -> dict[int, dict[str, float]]:
        """By limit and cell, means over searches and seeds."""
        found: dict[int, dict[str, float]] = {}
        for (limit, cell), row in zip(self._keys, self._rows, strict=True):
            found.setdefault(limit, {})[cell] = float(row.mean())
        return found

    def crossed(self, contrast: Contrast) -> Crossed:
        """The contrast's mean, with the error of the crossed model.

        The components are the mean squares' (Searle et al. 1992): the variance is
        `(MS_searches + MS_examples - MS_residual) / (R N)`. There is no exact bootstrap for
        crossed samples (McCullagh 2000, Bernoulli 6): the percentile one covers 85 % with three
        searches and 25,000 examples, since three resampled vary too little, and 97 % with
        2,400, since it counts the residual three times (Owen 2007, 10.1214/07-AOAS122).

        Where the searches differ by less than their seeds alone would make them, they add nothing
        that is seen, and both mean squares estimate the same: they are pooled (Searle et al. 1992,
        ch. 4). Nor is the searches' mean square taken to be below that of the residual. Few
        searches that agree by chance would else pass for certainty.
        """
        c = np.array([contrast.get(key, 0.0) for key in self._keys])
        by_search = c @ self._rows
        searches, examples = self.searches, self.examples
        estimate = mean(by_search)
        if searches > 1:
            estimate = self._pooled(estimate, contrast)
        if examples < 2:
            return Crossed(by_search, _with_examples(estimate, math.nan, examples), math.nan)
        columns = max(0.0, float(c @ self._columns @ c) - examples * estimate.value**2)
        if searches < 2:
            return Crossed(by_search, _with_examples(estimate, self._floor, examples), math.nan)
        # All squares, less those of the searches' and of the examples' means.
        rows = examples * (float(by_search @ by_search) - searches * estimate.value**2)
        total = float(c @ self._squares @ c) - searches * examples * estimate.value**2
        residual = max(0.0, total - rows - searches * columns) / ((searches - 1) * (examples - 1))
        # By chance both can differ by less than the residual explains.
        least = max(estimate.mean_square, residual / examples)
        estimate = replace(estimate, mean_square=least)
        spread = (columns / (examples - 1) - residual / searches) / examples
        return Crossed(
            by_search, _with_examples(estimate, max(self._floor, spread), examples), residual
        )

    def _pooled(self, estimate: Estimate, contrast: Contrast) -> Estimate:
        """With what the seeds tell of a search's spread, where it is not above theirs."""
        alone, freedom = self._seeds_alone(contrast)
        if not freedom or alone <= estimate.mean_square:
            return estimate
        searches = self.searches - 1
        pooled = (searches * estimate.mean_square + freedom * alone) / (searches + freedom)
        return replace(estimate, mean_square=pooled, seed_freedom=freedom)

    def _seeds_alone(self, contrast: Contrast) -> tuple[float, int]:
        """Variance that its seeds give a search's contrast, and its degrees of freedom.

        One seed tells nothing. The cells of a budget share their seeds, budgets do not; the
        degrees of freedom are those of one budget, since one of them may make up the most.
        """
        by_budget: dict[int, NDArray[np.float64]] = {}
        for key, weight in contrast.items():
            values = weight * self._by_seed[key]
            by_budget[key[0]] = by_budget.get(key[0], np.zeros_like(values)) + values
        seeds = min(values.shape[1] for values in by_budget.values())
        if seeds < 2:
            return 0.0, 0
        alone = math.fsum(
            float(values.var(axis=1, ddof=1).mean()) / values.shape[1]
            for values in by_budget.values()
        )
        return alone, self.searches * (seeds - 1)


def difference(limit: int, cells: tuple[str, str]) -> dict[tuple[int, str], float]:
    """The contrast of the first cell minus the second at a limit."""
    return {(limit, cells[0]): 1.0, (limit, cells[1]): -1.0}


def _with_examples(estimate: Estimate, variance: float, examples: int) -> Estimate:
    return replace(estimate, example_variance=variance, examples=examples)
