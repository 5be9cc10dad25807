"""The confirmed runs of all cells at one budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.errors import UserError


@dataclass(frozen=True, eq=False)
class BudgetRuns:
    """Which test examples each run at a budget answered rightly.

    Search `r` of every cell was given the same effort, split and seeds. A run that failed
    answers every example with the majority class. Raises `UserError` for other shapes.
    """

    limit: int  # the budget, in parameters
    correct: Mapping[str, NDArray[np.bool_]]  # by cell: (searches, seeds, examples), one shape

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise UserError(f"A budget is at least 1 parameter, not {self.limit}.")
        if len(self.correct) < 2:
            raise UserError(f"A comparison needs two cells, not {list(self.correct)}.")
        shapes = {cell: runs.shape for cell, runs in self.correct.items()}
        if len(set(shapes.values())) > 1 or self.shape == () or 0 in self.shape:
            raise UserError(
                f"Runs have the shape (searches, seeds, examples), one for all cells, not {shapes}:"
                " pass the same searches, seeds and examples for each."
            )
        if len(self.shape) != 3 or any(runs.dtype != np.bool_ for runs in self.correct.values()):
            kinds = {cell: f"{runs.dtype} {runs.shape}" for cell, runs in self.correct.items()}
            raise UserError(f"Runs are of type bool, (searches, seeds, examples), not {kinds}.")

    @property
    def shape(self) -> tuple[int, ...]:
        """(searches, seeds, examples)."""
        return next(iter(self.correct.values())).shape

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order given."""
        return tuple(self.correct)

    def counts(self, cell: str) -> NDArray[np.int16]:
        """Seeds of a search that answer each example rightly: (searches, examples)."""
        counts: NDArray[np.int16] = self.correct[cell].view(np.int8).sum(axis=1, dtype=np.int16)
        return counts


def check_alike(budgets: Sequence[BudgetRuns]) -> None:
    """Refuse budgets of other cells, or scored on other test examples, than the first."""
    kinds = {(budget.cells, budget.shape[2]) for budget in budgets}
    if len(kinds) != 1:
        raise UserError(
            "Every budget needs the same cells and the same test examples, but these came: "
            f"{sorted(kinds)}."
        )
    limits = [budget.limit for budget in budgets]
    if len(set(limits)) < len(limits):
        raise UserError(f"Every budget is given once, but these came: {limits}.")
