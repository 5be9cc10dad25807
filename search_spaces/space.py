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
from typing import Any

from search_spaces.budget import Budget, largest_within
from search_spaces.candidate import HYPERPARAMETERS, Candidate, Task
from search_spaces.cells import Cell
from search_spaces.parameters import (
    CandidateError,
    CellTrial,
    KnownTrial,
    Suggester,
    Value,
    require,
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

    def encode(self, candidate: Candidate) -> dict[str, Value]:
        """The parameters of which `suggest` makes this candidate, by their stored names.

        Raises:
            CandidateError: It makes no such candidate.
        """
        return self.encode_known(
            candidate.cell, {name: getattr(candidate, name) for name in HYPERPARAMETERS}
        )

    def encode_known(self, cell: Cell, known: Mapping[str, Any]) -> dict[str, Value]:
        """The parameters of which `suggest` makes candidates with these hyperparameters.

        Args:
            known: Any of a candidate's fields; the parameters that decide none of them are left
                to be chosen.

        Raises:
            CandidateError: It makes no such candidate.
        """
        trial = KnownTrial(cell, {"cell": cell.value, **self._parameters(cell, known)})
        made = self.suggest(trial)
        for name, value in known.items():
            if getattr(made, name) != value:
                raise CandidateError(name, value, f"{getattr(made, name)!r} in this space")
        return trial.found

    def nearest(self, cell: Cell, known: Mapping[str, Any]) -> dict[str, Any]:
        """Known hyperparameters with the width that this space tries next to the known one."""
        if "units" not in known:
            return dict(known)
        narrowest, widest = self._widths(self._shape(cell, known))
        return {**known, "units": min(max(known["units"], narrowest), widest)}

    def narrowest(self, cell: Cell) -> Candidate:
        """One unit of this cell, nothing else chosen."""
        return Candidate(
            cell=cell, units=1, embedding=self.task.embedding, batch_size=self.batch_size
        )

    def largest(self, cell: Cell) -> Candidate:
        """The widest candidate of this cell within the budget, nothing else chosen.

        Raises:
            BudgetError: One unit is already too many.
        """
        narrowest = self.narrowest(cell)
        return replace(narrowest, units=self.budget.largest(narrowest, self.task))

    @abstractmethod
    def _suggest(self, trial: CellTrial) -> Candidate: ...

    @abstractmethod
    def _widths(self, shape: Candidate) -> tuple[int, int]:
        """The narrowest and the widest that are tried of a shape."""

    def _parameters(self, cell: Cell, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """Known hyperparameters as the parameters that a trial has for them."""
        return known

    def _shape(self, cell: Cell, known: Mapping[str, Any]) -> Candidate:
        """The known layers and embedding, as far as this space chooses them."""
        return self.narrowest(cell)


class BasicSpace(SearchSpace):
    """Cell, units and dropout."""

    def _suggest(self, trial: CellTrial) -> Candidate:
        shape = self.narrowest(trial.cell)
        sized = replace(shape, units=trial.integer("units", *self._widths(shape)))
        return _with_dropout(sized, trial)

    def _widths(self, shape: Candidate) -> tuple[int, int]:
        floor = self.budget.limit // _SMALLEST_SHARE
        low = largest_within(shape, floor, self.budget.scope, self.task)
        return max(1, low), self.budget.largest(shape, self.task)


class StandardSpace(BasicSpace):
    """Basic, and recurrent dropout and learning rate."""

    def _suggest(self, trial: CellTrial) -> Candidate:
        return _with_rates(super()._suggest(trial), trial)


class WideSpace(SearchSpace):
    """Standard, and embedding width, layers, direction and batch size.

    These move the bound on the units. So the space samples shares in [0, 1], whose
    bounds never move, and solves for the widths.
    """

    def narrowest(self, cell: Cell) -> Candidate:
        """One unit of this cell on the narrowest embedding on offer."""
        return replace(super().narrowest(cell), embedding=min(4, self.task.embedding))

    def _suggest(self, trial: CellTrial) -> Candidate:
        architectures = self._architectures(trial.cell)
        shape = architectures[trial.choice("architecture", list(architectures))]
        share = trial.number("embedding_share", 0.0, 1.0)
        embedded = replace(shape, embedding=round(_between(*self._embeddings(shape), share)))
        smallest = embedded.parameters(self.budget.scope, self.task)
        share = trial.number("budget_share", 0.0, 1.0)
        target = math.floor(_between(smallest, self.budget.limit, share))
        units = largest_within(embedded, target, self.budget.scope, self.task)
        sized = replace(embedded, units=max(1, units))
        chosen = _with_rates(_with_dropout(sized, trial), trial)
        return replace(chosen, batch_size=int(trial.choice("batch_size", ["32", "64", "128"])))

    def _parameters(self, cell: Cell, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """Also of what the units rest on: the embedding, and of that, the architecture."""
        parameters = {name: value for name, value in known.items() if name not in _SHAPE}
        shape = self._shape(cell, known)
        architectures = self._architectures(cell)
        architecture = _architecture(shape)
        if architecture not in architectures:
            names = ", ".join(architectures)
            raise CandidateError("architecture", architecture, f"one of {names}")
        if known.keys() & _SHAPE:
            parameters["architecture"] = architecture
        if known.keys() & {"embedding", "units"}:
            low, high = self._embeddings(architectures[architecture])
            require("embedding", shape.embedding, low, high)
            parameters["embedding_share"] = _share(low, high, shape.embedding)
        if "units" in known:
            parameters["budget_share"] = self._budget_share(replace(shape, units=known["units"]))
        return parameters

    def _budget_share(self, candidate: Candidate) -> float:
        """The share in the middle of those that lead to the candidate's width."""
        require("units", candidate.units, *self._widths(candidate))
        smallest, count, next_count = (
            replace(candidate, units=units).parameters(self.budget.scope, self.task)
            for units in (1, candidate.units, candidate.units + 1)
        )
        middle = min((count + next_count) / 2, self.budget.limit)
        return _share(smallest, self.budget.limit, middle)

    def _widths(self, shape: Candidate) -> tuple[int, int]:
        widest = largest_within(shape, self.budget.limit, self.budget.scope, self.task)
        return 1, max(1, widest)

    def _shape(self, cell: Cell, known: Mapping[str, Any]) -> Candidate:
        """What is not known is as in the other spaces."""
        chosen = {"embedding": self.task.embedding, **known}
        shape = {name: chosen[name] for name in _SHAPE if name in chosen}
        return replace(self.narrowest(cell), **{**shape, "units": 1})

    def _architectures(self, cell: Cell) -> dict[str, Candidate]:
        """Arrangements of layers of which at least one unit fits, by name."""
        shapes = [
            replace(self.narrowest(cell), layers=layers, bidirectional=both)
            for layers in (1, 2)
            for both in (False, True)
        ]
        fitting = (shape for shape in shapes if self.budget.excess(shape, self.task) <= 0)
        return {_architecture(shape): shape for shape in fitting}

    def _embeddings(self, shape: Candidate) -> tuple[int, int]:
        """The narrowest embedding of an architecture, and the widest beside which a unit fits."""
        low, high = shape.embedding, 2 * self.task.embedding
        while low < high and self.budget.excess(replace(shape, embedding=high), self.task) > 0:
            high -= 1
        return low, high


def _with_dropout(candidate: Candidate, trial: CellTrial) -> Candidate:
    return replace(candidate, dropout=trial.number("dropout", 0.0, 0.5))


def _with_rates(candidate: Candidate, trial: CellTrial) -> Candidate:
    return replace(
        candidate,
        recurrent_dropout=trial.number("recurrent_dropout", 0.0, 0.5),
        learning_rate=trial.number("learning_rate", 3e-4, 1e-2, log=True),
    )


_SHAPE = {"layers", "bidirectional", "embedding", "units"}


def _architecture(shape: Candidate) -> str:
    return f"{shape.layers} {'bidirectional' if shape.bidirectional else 'forward'}"


def _between(low: float, high: float, share: float) -> float:
    """The value at a share of the way from low to high, on a log scale."""
    value: float = low ** (1 - share) * high**share
    return value


def _share(low: float, high: float, value: float) -> float:
    """The share at which `_between` has a value."""
    return 1.0 if value == high else math.log(value / low) / math.log(high / low)


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
