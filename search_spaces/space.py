"""What may be tried: named search spaces that only ever suggest candidates within the budget.

The bound on the width *is* the budget, so no trial is wasted on a model that does not
fit. Every parameter carries its cell's name and has the same bounds in every trial of a
study, so that a sampler can model each cell's parameters jointly.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from search_spaces.budget import Budget, largest_within
from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell

_SMALLEST_SHARE = 32  # the narrowest candidate takes about 1/32 of the budget


class Suggester(Protocol):
    """Chooses values of named parameters; an `optuna.Trial` is one."""

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        """One of the choices."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        """An integer from low to high, both included."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """A number from low to high."""


class SpaceName(StrEnum):
    """The search spaces on offer."""

    BASIC = "basic"
    STANDARD = "standard"
    WIDE = "wide"


@dataclass(frozen=True)
class SearchSpace(ABC):
    """Candidates for one task within one budget.

    Attributes:
        cells: The cells that are compared.
        batch_size: Examples per step, where the space does not choose it.
    """

    task: Task
    budget: Budget
    cells: tuple[Cell, ...] = (Cell.LSTM, Cell.GRU)
    batch_size: int = 32

    def __post_init__(self) -> None:
        for cell in self.cells:
            self.largest(cell)  # refuses a budget that fits no cell before any trial

    def suggest(self, trial: Suggester) -> Candidate:
        """Ask the trial for a cell and its parameters; the candidate is within the budget."""
        name = trial.suggest_categorical("cell", [cell.value for cell in self.cells])
        return self._suggest(CellTrial(trial, Cell(name)))

    def narrowest(self, cell: Cell) -> Candidate:
        """One unit of this cell, nothing else chosen."""
        return Candidate(
            cell=cell, units=1, embedding=self.task.embedding, batch_size=self.batch_size
        )

    def largest(self, cell: Cell) -> Candidate:
        """The widest plain candidate of this cell within the budget.

        Raises:
            BudgetError: One unit is already too many.
        """
        narrowest = self.narrowest(cell)
        return replace(narrowest, units=self.budget.largest(narrowest, self.task))

    @abstractmethod
    def _suggest(self, trial: "CellTrial") -> Candidate: ...


class BasicSpace(SearchSpace):
    """Cell, units and dropout."""

    def _suggest(self, trial: "CellTrial") -> Candidate:
        largest = self.largest(trial.cell)
        floor = self.budget.limit // _SMALLEST_SHARE
        low = largest_within(largest, floor, self.budget.scope, self.task)
        return replace(
            largest,
            units=trial.integer("units", max(1, low), largest.units),
            dropout=trial.number("dropout", 0.0, 0.5),
        )


class StandardSpace(BasicSpace):
    """Card, and recurrent dropout and learning rate."""

    def _suggest(self, trial: "CellTrial") -> Candidate:
        return replace(
            super()._suggest(trial),
            recurrent_dropout=trial.number("recurrent_dropout", 0.0, 0.5),
            learning_rate=trial.number("learning_rate", 3e-4, 1e-2, log=True),
        )


class WideSpace(SearchSpace):
    """Standard, and embedding width, layers, direction and batch size.

    These move the bound on the units. So the space samples shares in [0, 1], whose
    bounds never move, and solves for the widths.
    """

    def narrowest(self, cell: Cell) -> Candidate:
        """One unit of this cell on the narrowest embedding on offer."""
        return replace(super().narrowest(cell), embedding=min(4, self.task.embedding))

    def _suggest(self, trial: "CellTrial") -> Candidate:
        stacks = self._stacks(trial.cell)
        stack = stacks[trial.choice("stack", list(stacks))]
        embedded = replace(stack, embedding=self._embedding(stack, trial))
        smallest = embedded.parameters(self.budget.scope, self.task)
        share = trial.number("budget_share", 0.0, 1.0)
        target = math.floor(smallest ** (1 - share) * self.budget.limit**share)
        units = largest_within(embedded, target, self.budget.scope, self.task)
        return replace(
            embedded,
            units=max(1, units),
            dropout=trial.number("dropout", 0.0, 0.5),
            recurrent_dropout=trial.number("recurrent_dropout", 0.0, 0.5),
            learning_rate=trial.number("learning_rate", 3e-4, 1e-2, log=True),
            batch_size=int(trial.choice("batch_size", ["32", "64", "128"])),
        )

    def _stacks(self, cell: Cell) -> dict[str, Candidate]:
        """Arrangements of layers of which at least one unit fits, by name."""
        shapes = {
            f"{layers} {'bidirectional' if both else 'forward'}": replace(
                self.narrowest(cell), layers=layers, bidirectional=both
            )
            for layers in (1, 2)
            for both in (False, True)
        }
        return {
            name: shape
            for name, shape in shapes.items()
            if self.budget.excess(shape, self.task) <= 0
        }

    def _embedding(self, stack: Candidate, trial: "CellTrial") -> int:
        """A width, even on a log scale, between the narrowest and the widest that fits."""
        low, high = stack.embedding, 2 * self.task.embedding
        while low < high and self.budget.excess(replace(stack, embedding=high), self.task) > 0:
            high -= 1
        share = trial.number("embedding_share", 0.0, 1.0)
        width: float = low ** (1 - share) * high**share
        return round(width)


_SPACES: dict[SpaceName, type[SearchSpace]] = {
    SpaceName.BASIC: BasicSpace,
    SpaceName.STANDARD: StandardSpace,
    SpaceName.WIDE: WideSpace,
}


def search_space(
    name: SpaceName, task: Task, budget: Budget, cells: tuple[Cell, ...], batch_size: int
) -> SearchSpace:
    """The space of that name.

    Raises:
        BudgetError: The budget fits one of the cells not at all.
    """
    return _SPACES[name](task, budget, cells, batch_size)


@dataclass(frozen=True)
class CellTrial:
    """A trial seen through one cell: its parameters carry the cell's name."""

    trial: Suggester
    cell: Cell

    def integer(self, name: str, low: int, high: int) -> int:
        return self.trial.suggest_int(self._named(name), low, high, log=True)

    def number(self, name: str, low: float, high: float, log: bool = False) -> float:
        return self.trial.suggest_float(self._named(name), low, high, log=log)

    def choice(self, name: str, choices: list[str]) -> str:
        return self.trial.suggest_categorical(self._named(name), choices)

    def _named(self, name: str) -> str:
        return parameter_name(self.cell, name)


def parameter_name(cell: Cell, name: str) -> str:
    """The name under which a trial stores this parameter of this cell."""
    return f"{cell.value.replace('-', '_')}_{name}"
