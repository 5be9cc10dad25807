"""What may be tried: named search spaces that only ever suggest candidates within the budget.

The bound on the width *is* the budget, so no trial is wasted on a model that does not
fit. Every parameter carries its cell's name and has the same bounds in every trial of a
study, so that a sampler can model each cell's parameters jointly.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar

from search_spaces.budget import Budget, largest_within
from search_spaces.candidate import HYPERPARAMETERS, Candidate, Task
from search_spaces.cells import Cell
from search_spaces.parameters import (
    CandidateError,
    CellTrial,
    Choice,
    FixedTrial,
    Number,
    Suggester,
    Value,
    parameter_name,
)

_SMALLEST_SHARE = 32  # the narrowest candidate takes about 1/32 of the budget


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
        sampled: The hyperparameters that are parameters of a trial as they are.
    """

    task: Task
    budget: Budget
    cells: tuple[Cell, ...] = (Cell.LSTM, Cell.GRU)
    batch_size: int = 32
    sampled: ClassVar[tuple[Number | Choice, ...]] = ()

    def __post_init__(self) -> None:
        for cell in self.cells:
            self.largest(cell)  # refuses a budget that fits no cell before any trial

    def suggest(self, trial: Suggester) -> Candidate:
        """Ask the trial for a cell and its parameters; the candidate is within the budget."""
        name = trial.suggest_categorical("cell", [cell.value for cell in self.cells])
        return self._suggest(CellTrial(trial, Cell(name)))

    def encode(self, candidate: Candidate) -> dict[str, Value]:
        """The parameters of which `suggest` makes this candidate, by their stored names.

        Raises:
            CandidateError: It makes no such candidate.
        """
        if candidate.cell not in self.cells:
            names = ", ".join(self.cells)
            raise CandidateError("cell", candidate.cell.value, f"one of {names}")
        values = self._encode_shape(candidate)
        values |= {parameter.name: parameter.encode(candidate) for parameter in self.sampled}
        named = {parameter_name(candidate.cell, name): value for name, value in values.items()}
        parameters: dict[str, Value] = {"cell": candidate.cell.value, **named}
        made = self.suggest(FixedTrial(parameters))
        for name in HYPERPARAMETERS:
            if (value := getattr(candidate, name)) != getattr(made, name):
                raise CandidateError(name, value, f"{getattr(made, name)!r} in this space")
        return parameters

    def deciding(self, hyperparameter: str) -> tuple[str, ...]:
        """The names, without the cell, of the parameters that decide a hyperparameter."""
        return (hyperparameter,)

    def fitted(self, candidate: Candidate) -> Candidate:
        """The candidate at its width, or at the nearest that the space has of its shape."""
        narrowest, widest = self._widths(candidate)
        return replace(candidate, units=min(max(candidate.units, narrowest), widest))

    def usual(self, cell: Cell) -> Candidate:
        """What is taken of a candidate where it is not all known; its width may not be tried."""
        return self.narrowest(cell)

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

    def _suggest(self, trial: CellTrial) -> Candidate:
        shape = self._suggest_shape(trial)
        chosen: dict[str, Any] = {one.name: one.suggest(trial) for one in self.sampled}
        return replace(shape, **chosen)

    @abstractmethod
    def _suggest_shape(self, trial: CellTrial) -> Candidate:
        """A candidate of some width, `sampled` not yet chosen."""

    @abstractmethod
    def _encode_shape(self, candidate: Candidate) -> dict[str, Value]:
        """The parameters of which `_suggest_shape` makes this candidate, by name."""

    @abstractmethod
    def _widths(self, candidate: Candidate) -> tuple[int, int]:
        """The narrowest and the widest that are tried of this candidate's shape."""


class BasicSpace(SearchSpace):
    """Cell, units and dropout."""

    sampled: ClassVar[tuple[Number | Choice, ...]] = (Number("dropout", 0.0, 0.5),)

    def _suggest_shape(self, trial: CellTrial) -> Candidate:
        shape = self.narrowest(trial.cell)
        return replace(shape, units=trial.integer("units", *self._widths(shape)))

    def _encode_shape(self, candidate: Candidate) -> dict[str, Value]:
        _require("units", candidate.units, *self._widths(candidate))
        return {"units": candidate.units}

    def _widths(self, candidate: Candidate) -> tuple[int, int]:
        largest = self.largest(candidate.cell)
        floor = self.budget.limit // _SMALLEST_SHARE
        low = largest_within(largest, floor, self.budget.scope, self.task)
        return max(1, low), largest.units


class StandardSpace(BasicSpace):
    """Basic, and recurrent dropout and learning rate."""

    sampled = (
        *BasicSpace.sampled,
        Number("recurrent_dropout", 0.0, 0.5),
        Number("learning_rate", 3e-4, 1e-2, log=True),
    )


_BATCH_SIZE = Choice("batch_size", (32, 64, 128))


class WideSpace(SearchSpace):
    """Standard, and embedding width, layers, direction and batch size.

    These move the bound on the units. So the space samples shares in [0, 1], whose
    bounds never move, and solves for the widths.
    """

    sampled = (*StandardSpace.sampled, _BATCH_SIZE)

    def deciding(self, hyperparameter: str) -> tuple[str, ...]:
        match hyperparameter:
            case "layers" | "bidirectional":
                return ("architecture",)
            case "embedding":
                return "architecture", "embedding_share"
            case "units":
                return "architecture", "embedding_share", "budget_share"
            case _:
                return (hyperparameter,)

    def usual(self, cell: Cell) -> Candidate:
        """As in the other spaces, as far as this one has it."""
        narrowest = self.narrowest(cell)
        embedding = min(self.task.embedding, self._embeddings(narrowest)[1])
        return replace(narrowest, embedding=embedding, batch_size=_BATCH_SIZE.values[0])

    def narrowest(self, cell: Cell) -> Candidate:
        """One unit of this cell on the narrowest embedding on offer."""
        return replace(super().narrowest(cell), embedding=min(4, self.task.embedding))

    def _suggest_shape(self, trial: CellTrial) -> Candidate:
        architectures = self._architectures(trial.cell)
        shape = architectures[trial.choice("architecture", list(architectures))]
        share = trial.number("embedding_share", 0.0, 1.0)
        shape = replace(shape, embedding=round(_between(*self._embeddings(shape), share)))
        smallest = shape.parameters(self.budget.scope, self.task)
        share = trial.number("budget_share", 0.0, 1.0)
        target = math.floor(_between(smallest, self.budget.limit, share))
        units = largest_within(shape, target, self.budget.scope, self.task)
        return replace(shape, units=max(1, units))

    def _encode_shape(self, candidate: Candidate) -> dict[str, Value]:
        architectures = self._architectures(candidate.cell)
        architecture = _architecture_name(candidate)
        if architecture not in architectures:
            raise CandidateError("architecture", architecture, f"one of {', '.join(architectures)}")
        embeddings = self._embeddings(architectures[architecture])
        _require("embedding", candidate.embedding, *embeddings)
        narrowest, widest = self._widths(candidate)
        _require("units", candidate.units, narrowest, widest)
        smallest, count, next_count = (
            replace(candidate, units=units).parameters(self.budget.scope, self.task)
            for units in (1, candidate.units, candidate.units + 1)
        )
        target = self.budget.limit if candidate.units == widest else (count + next_count) / 2
        return {
            "architecture": architecture,
            "embedding_share": _share(*embeddings, candidate.embedding),
            "budget_share": _share(smallest, self.budget.limit, target),
        }

    def _widths(self, candidate: Candidate) -> tuple[int, int]:
        limit, scope = self.budget.limit, self.budget.scope
        return 1, max(1, largest_within(candidate, limit, scope, self.task))

    def _architectures(self, cell: Cell) -> dict[str, Candidate]:
        """Arrangements of layers of which at least one unit fits, by name."""
        shapes = [
            replace(self.narrowest(cell), layers=layers, bidirectional=both)
            for layers in (1, 2)
            for both in (False, True)
        ]
        return {
            _architecture_name(shape): shape
            for shape in shapes
            if self.budget.excess(shape, self.task) <= 0
        }

    def _embeddings(self, shape: Candidate) -> tuple[int, int]:
        """The narrowest embedding of an architecture, and the widest of which one unit fits."""
        low, high = shape.embedding, 2 * self.task.embedding
        while low < high and self.budget.excess(replace(shape, embedding=high), self.task) > 0:
            high -= 1
        return low, high


def _architecture_name(candidate: Candidate) -> str:
    return f"{candidate.layers} {'bidirectional' if candidate.bidirectional else 'forward'}"


def _between(low: float, high: float, share: float) -> float:
    """The value at a share in [0, 1] of the way from low to high, on a log scale."""
    value: float = low ** (1 - share) * high**share
    return value


def _share(low: float, high: float, value: float) -> float:
    """The share at which `_between` has this value."""
    return 1.0 if value == high else math.log(value / low) / math.log(high / low)


def _require(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise CandidateError(name, value, f"a whole number from {low} to {high}")


_SPACES: Mapping[SpaceName, type[SearchSpace]] = {
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
