"""What may be tried: named search spaces that only ever suggest candidates of a budget's size.

The bounds on the width *are* the budget and the next smaller one of the ladder, so no trial is
wasted on a model that does not fit or that another budget is searched for. Every parameter
carries its cell's name and has the same bounds in every trial of a study, so that a sampler can
model each cell's parameters jointly; the units alone have bounds at each budget.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from search_spaces.budget import Budget, largest_within
from search_spaces.candidate import HYPERPARAMETERS, Candidate, Task
from search_spaces.cells import Cell
from search_spaces.parameters import (
    LEARNING_RATE,
    UNITS,
    CandidateError,
    CellTrial,
    KnownTrial,
    Range,
    Suggester,
    Value,
)

_DROPOUT = {"dropout": Range(0.0, 0.5)}
_RATES = {
    "recurrent_dropout": Range(0.0, 0.5),
    LEARNING_RATE: Range(3e-4, 3e-2, log=True),
}


@dataclass(frozen=True)
class SearchSpace(ABC):
    """Candidates for one task at the budgets of a ladder.

    Attributes:
        budget: The largest budget, and the one that is meant where a method is given none.
        cells: The cells that are compared.
        batch_size: Examples per step, where the space does not choose it.
        budgets: Steps of the ladder.
    """

    ranges: ClassVar[Mapping[str, Range]]  # of the numbers that are searched besides the sizes

    task: Task
    budget: Budget
    cells: tuple[Cell, ...] = (Cell.LSTM, Cell.GRU)
    batch_size: int = 32
    budgets: int = 1

    def __post_init__(self) -> None:
        for cell in self.cells:
            # Refuses a budget that fits no cell before any trial.
            self._smallest.largest(self.narrowest(cell), self.task)

    def suggest(self, trial: Suggester, budget: Budget | None = None) -> Candidate:
        """Ask the trial for a cell and its parameters.

        Args:
            budget: One of the ladder's: the candidate fits it, and the next smaller one not.
        """
        name = trial.suggest_categorical("cell", [str(cell) for cell in self.cells])
        return self._suggest(CellTrial(trial, Cell(name)), budget or self.budget)

    def encode(self, candidate: Candidate, budget: Budget | None = None) -> dict[str, Value]:
        """The parameters of which `suggest` makes this candidate, by their stored names.

        Raises:
            CandidateError: It makes no such candidate.
        """
        known = {name: getattr(candidate, name) for name in HYPERPARAMETERS}
        return self.encode_known(candidate.cell, known, budget)

    def encode_known(
        self, cell: Cell, known: Mapping[str, Any], budget: Budget | None = None
    ) -> dict[str, Value]:
        """The parameters of which `suggest` makes candidates with these hyperparameters.

        Args:
            known: Any of a candidate's fields; the parameters that decide none of them are left
                to be chosen.

        Raises:
            CandidateError: It makes no such candidate.
        """
        if cell not in self.cells:
            raise CandidateError("cell", str(cell), f"one of {', '.join(self.cells)}")
        parameters = self._parameters(cell, known, budget or self.budget)
        trial = KnownTrial(cell, {"cell": str(cell), **parameters})
        made = self.suggest(trial, budget)
        for name, value in known.items():
            if getattr(made, name) != value:
                raise CandidateError(name, value, f"{getattr(made, name)!r} in this space")
        return trial.found

    def nearest(
        self, cell: Cell, known: Mapping[str, Any], budget: Budget | None = None
    ) -> dict[str, Any]:
        """Known hyperparameters with the width that this space tries next to the known one."""
        if "units" not in known:
            return dict(known)
        narrowest, widest = self._widths(self._shape(cell, known), budget or self.budget)
        return {**known, "units": min(max(known["units"], narrowest), widest)}

    def narrowest(self, cell: Cell) -> Candidate:
        """One unit of this cell, nothing else chosen."""
        return Candidate(
            cell=cell, units=1, embedding=self.task.embedding, batch_size=self.batch_size
        )

    def largest(self, cell: Cell) -> Candidate:
        """The widest candidate of this cell within the largest budget, nothing else chosen.

        Raises:
            BudgetError: One unit is already too many.
        """
        narrowest = self.narrowest(cell)
        return replace(narrowest, units=self.budget.largest(narrowest, self.task))

    @property
    def _smallest(self) -> Budget:
        return self.budget.ladder(self.budgets)[-1]

    @abstractmethod
    def _suggest(self, trial: CellTrial, budget: Budget) -> Candidate: ...

    def _widths(self, shape: Candidate, budget: Budget) -> tuple[int, int]:
        """The narrowest and the widest of a shape that the next smaller budget does not fit."""
        widest = max(1, largest_within(shape, budget.limit, budget.scope, self.task))
        below = largest_within(shape, budget.next_smaller, budget.scope, self.task)
        return min(below + 1, widest), widest

    def _parameters(
        self, cell: Cell, known: Mapping[str, Any], budget: Budget
    ) -> Mapping[str, Any]:
        """Known hyperparameters as the parameters that a trial has for them."""
        return known

    def _chosen(self, sized: Candidate, trial: CellTrial) -> Candidate:
        """The candidate with a value from each of the space's ranges."""
        numbers: dict[str, Any] = {
            name: trial.number(name, within) for name, within in self.ranges.items()
        }
        return replace(sized, **numbers)

    def _shape(self, cell: Cell, known: Mapping[str, Any]) -> Candidate:
        """The known layers and embedding, as far as this space chooses them."""
        return self.narrowest(cell)


class BasicSpace(SearchSpace):
    """Cell, units and dropout."""

    ranges = _DROPOUT

    def _suggest(self, trial: CellTrial, budget: Budget) -> Candidate:
        shape = self.narrowest(trial.cell)
        units = trial.integer(UNITS, *self._widths(shape, budget))
        return self._chosen(replace(shape, units=units), trial)


class StandardSpace(BasicSpace):
    """Basic, and recurrent dropout and learning rate."""

    ranges: ClassVar = {**_DROPOUT, **_RATES}
