"""Cells against one fixed model, on the same test examples."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate, Interval, holm
from reports.comparison.moments import Moments, difference
from reports.comparison.pairs import difference_interval
from reports.comparison.runs import BudgetRuns

_FIXED = ""  # in the place of a cell's name


@dataclass(frozen=True)
class AgainstBaseline:
    """A cell minus the fixed model, at one budget.

    Attributes:
        estimate: Over searches and test examples.
        interval: As sure as the look at the verdict, by Holm over the cells; None with one search.
    """

    cell: str
    estimate: Estimate
    interval: Interval | None

    @property
    def difference(self) -> float:
        """As a fraction."""
        return self.estimate.value

    @property
    def beats(self) -> bool:
        """Whether the cell is shown to be more accurate."""
        return self.interval is not None and self.interval.low > 0


def against_baseline(
    correct: Mapping[str, NDArray[np.bool_]],
    baseline: NDArray[np.bool_],
    weights: NDArray[np.float64] | None,
    alpha: float,
) -> tuple[AgainstBaseline, ...]:
    """Compare every cell with a model that is the same for all searches.

    It is the comparison of two cells, one of which has no luck: the interval covers that of the
    searches and of the test examples, not that of the fixed model's own training examples.

    Args:
        correct: Which test examples the runs answer rightly, by cell: (searches, seeds, examples).
        baseline: Which the fixed model does, (examples,).
        weights: Of the test examples, (examples,), mean 1; None for all alike.
        alpha: Two-sided level, over all cells.
    """
    shape = next(iter(correct.values())).shape
    runs = BudgetRuns(1, {**correct, _FIXED: np.broadcast_to(baseline, shape)})
    moments = Moments([runs], np.ones(shape[2]) if weights is None else weights)
    found = {cell: moments.crossed(difference(1, (cell, _FIXED))).estimate for cell in correct}
    levels = holm([estimate.p_value() for estimate in found.values()], alpha).levels
    return tuple(
        AgainstBaseline(cell, estimate, difference_interval(estimate, 1 - level))
        for (cell, estimate), level in zip(found.items(), levels, strict=True)
    )
