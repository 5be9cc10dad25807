"""The widest space: layers, direction, batch size and, where it is counted, the embedding."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from search_spaces.budget import Budget, largest_within
from search_spaces.candidate import Candidate, Scope
from search_spaces.cells import Cell
from search_spaces.parameters import BUDGET_SHARE, CandidateError, CellTrial, Range, require
from search_spaces.space import StandardSpace

_SHARE = Range(0.0, 1.0)
_NARROWEST_EMBEDDING = 4
_SHAPE = {"layers", "bidirectional", "embedding", "units"}


class WideSpace(StandardSpace):
    """Standard, and layers, direction, batch size and, where the budget counts it, the embedding.

    An embedding that the budget does not count is shared by all candidates, as in the other
    spaces: a cell could otherwise buy accuracy with parameters that nobody compares. Layers and
    embedding move the bounds on the units. So the space samples shares in [0, 1], whose bounds
    never move, and solves for the widths.
    """

    def narrowest(self, cell: Cell) -> Candidate:
        """One unit of this cell on the narrowest embedding on offer."""
        shape = super().narrowest(cell)
        if not self._searches_embedding:
            return shape
        return replace(shape, embedding=min(_NARROWEST_EMBEDDING, shape.embedding))

    @property
    def _searches_embedding(self) -> bool:
        return self.budget.scope is Scope.MODEL and self.task.has_embedding

    def _suggest(self, trial: CellTrial, budget: Budget) -> Candidate:
        architectures = self._architectures(trial.cell)
        shape = architectures[trial.choice("architecture", list(architectures))]
        if self._searches_embedding:
            share = trial.number("embedding_share", _SHARE)
            width = round(_between(*self._embeddings(shape, budget), share))
            shape = replace(shape, embedding=width)
        narrowest, widest = self._widths(shape, budget)
        smallest = self._smallest_target(shape, budget)
        target = math.floor(_between(smallest, budget.limit, trial.number(BUDGET_SHARE, _SHARE)))
        units = largest_within(shape, target, budget.scope, self.task)
        sized = replace(shape, units=min(max(units, narrowest), widest))
        batch_size = int(trial.choice("batch_size", ["32", "64", "128"]))
        return self._chosen(replace(sized, batch_size=batch_size), trial)

    def _parameters(
        self, cell: Cell, known: Mapping[str, Any], budget: Budget
    ) -> Mapping[str, Any]:
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
        if self._searches_embedding and known.keys() & {"embedding", "units"}:
            low, high = self._embeddings(architectures[architecture], budget)
            require("embedding", shape.embedding, low, high)
            parameters["embedding_share"] = _share(low, high, shape.embedding)
        if "units" in known:
            sized = replace(shape, units=known["units"])
            parameters[BUDGET_SHARE] = self._budget_share(sized, budget)
        return parameters

    def _budget_share(self, candidate: Candidate, budget: Budget) -> float:
        """The share in the middle of those that lead to the candidate's width."""
        require("units", candidate.units, *self._widths(candidate, budget))
        smallest = self._smallest_target(candidate, budget)
        count, next_count = (
            replace(candidate, units=units).parameters(budget.scope, self.task)
            for units in (candidate.units, candidate.units + 1)
        )
        first, last = max(count, smallest), min(next_count, budget.limit)
        return _share(smallest, budget.limit, (first + last) / 2)

    def _smallest_target(self, shape: Candidate, budget: Budget) -> int:
        """Parameters at a share of none: the next smaller budget's, or those of one unit."""
        one = replace(shape, units=1).parameters(budget.scope, self.task)
        return max(budget.next_smaller, one)

    def _shape(self, cell: Cell, known: Mapping[str, Any]) -> Candidate:
        """What is not known, or not searched, is as in the other spaces."""
        chosen = {"embedding": self.task.embedding, **known}
        if not self._searches_embedding:
            chosen["embedding"] = self.task.embedding
        shape = {name: chosen[name] for name in _SHAPE if name in chosen}
        return replace(self.narrowest(cell), **{**shape, "units": 1})

    def _architectures(self, cell: Cell) -> dict[str, Candidate]:
        """Arrangements of layers of which a unit fits the ladder's smallest budget, by name."""
        shapes = [
            replace(self.narrowest(cell), layers=layers, bidirectional=both)
            for layers in (1, 2)
            for both in (False, True)
        ]
        # The same at every budget: a study stores one set of choices under one name.
        fitting = (shape for shape in shapes if self._smallest.excess(shape, self.task) <= 0)
        return {_architecture(shape): shape for shape in fitting}

    def _embeddings(self, shape: Candidate, budget: Budget) -> tuple[int, int]:
        """The narrowest embedding of an architecture, and the widest beside which a unit fits."""
        low, high = shape.embedding, 2 * self.task.embedding
        while low < high and budget.excess(replace(shape, embedding=high), self.task) > 0:
            high -= 1
        return low, high


def _architecture(shape: Candidate) -> str:
    return f"{shape.layers} {'bidirectional' if shape.bidirectional else 'forward'}"


def _between(low: float, high: float, share: float) -> float:
    """The value at a share of the way from low to high, on a log scale."""
    value: float = low ** (1 - share) * high**share
    return value


def _share(low: float, high: float, value: float) -> float:
    """The share at which `_between` has a value."""
    return 1.0 if value == high else math.log(value / low) / math.log(high / low)
