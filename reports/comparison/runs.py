"""Paired runs of two cells at one budget, and what statistics need of them."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from study.errors import UserError


@dataclass(frozen=True, eq=False)
class BudgetMoments:
    """What one budget contributes: means per seed, and sums per test example where known."""

    means: NDArray[np.float64]  # (seeds,)
    totals: NDArray[np.int16] | None = None  # (examples,), summed over the seeds
    residual: float = math.nan  # mean square of the residual; NaN with one seed

    @classmethod
    def of_matrix(cls, matrix: NDArray[np.int8]) -> Self:
        """From one value in {-1, 0, 1} for each seed and example: (seeds, examples)."""
        seeds, examples = matrix.shape
        totals = matrix.sum(axis=0, dtype=np.int16)
        means = matrix.sum(axis=1, dtype=np.int64) / examples
        # Of the residuals: all - N sum(seed means^2) - sum(totals^2) / S + S N mean^2; as every
        # value is -1, 0 or 1, the sum of all squares is the count of those that are not 0.
        squares = (
            int(np.count_nonzero(matrix))
            - examples * float(means @ means)
            - float(np.square(totals, dtype=np.int64).sum()) / seeds
            + seeds * examples * float(means.mean()) ** 2
        )
        degrees_of_freedom = (seeds - 1) * (examples - 1)
        return cls(
            means,
            totals,
            max(squares, 0.0) / degrees_of_freedom if degrees_of_freedom else math.nan,
        )

    @classmethod
    def of_runs(cls, runs: NDArray[np.generic]) -> Self:
        """From accuracies (seeds,) or correctness (seeds, examples), bool; else `UserError`."""
        _check_runs(runs)
        if runs.ndim == 1:
            return cls(runs.astype(np.float64))
        return cls.of_matrix(runs.view(np.int8))


@dataclass(frozen=True, eq=False)
class PairedRuns:
    """Runs of two cells at one budget; run `s` of either shares seed, order and split.

    `first` and `second` have one shape: (seeds,) for accuracies in 0..1, or
    (seeds, examples), bool, for correctness on each test example. Raises `UserError` for
    anything else.
    """

    limit: int  # the budget, in parameters
    first: NDArray[np.generic]
    second: NDArray[np.generic]

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise UserError(f"A budget is at least 1 parameter, not {self.limit}.")
        if self.first.shape != self.second.shape:
            raise UserError(
                f"Paired runs need one shape, but the first cell has {self.first.shape} and "
                f"the second {self.second.shape}: pass the same seeds and examples for both."
            )
        for runs in (self.first, self.second):
            _check_runs(runs)

    @property
    def seeds(self) -> int:
        """Pairs of runs."""
        return int(self.first.shape[0])

    @property
    def examples(self) -> int | None:
        """Test examples whose correctness is known; None where only accuracies are."""
        return int(self.first.shape[1]) if self.first.ndim > 1 else None

    @property
    def differences(self) -> NDArray[np.float64]:
        """Accuracy of the first cell minus that of the second, (seeds,)."""
        return self.moments.means

    @cached_property
    def moments(self) -> BudgetMoments:
        """The differences, reduced to what the statistics need."""
        if self.examples is None:
            return BudgetMoments(self.first.astype(np.float64) - self.second.astype(np.float64))
        return BudgetMoments.of_matrix(self.first.view(np.int8) - self.second.view(np.int8))


def _check_runs(runs: NDArray[np.generic]) -> None:
    if runs.size == 0 or runs.ndim not in (1, 2):
        raise UserError(
            f"Runs are accuracies (seeds,) or correctness (seeds, examples), not {runs.shape}: "
            "pass at least one seed."
        )
    if runs.ndim == 2:
        if runs.dtype != np.bool_:
            raise UserError(f"Correctness on each example is of type bool, not {runs.dtype}.")
        return
    accuracies = runs.astype(np.float64)
    if not np.all((accuracies >= 0) & (accuracies <= 1)):
        raise UserError(f"Accuracies are fractions from 0 to 1, but these came: {accuracies}.")
