"""The candidates of a table of trainings: a grid over the search space of each cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from search_spaces.parameters import Range
from search_spaces.space import SearchSpace

AXES = ("units", "dropout", "recurrent_dropout", "learning_rate")
LEVELS = (2, 2, 2, 5)  # of each axis
_LOGARITHMIC = (True, False, False, True)

Point = tuple[int, ...]  # a level of each axis


@dataclass(frozen=True)
class Grid:
    """The candidates of one cell that are trained.

    Attributes:
        levels: Of each axis, ascending; the last width is the widest within the budget.
    """

    cell: Cell
    levels: tuple[tuple[float, ...], ...]

    @classmethod
    def spanning(cls, space: SearchSpace, cell: Cell) -> Self:
        """The widest models within half the budget and within all of it.

        Of every other range there are the middles of equal parts, of the learning rate on a log
        scale.
        """
        half = replace(space.budget, limit=space.budget.limit // 2)
        narrowest = space.narrowest(cell)
        widths = [budget.largest(narrowest, space.task) for budget in (half, space.budget)]
        middles = (_middles(axis, space.ranges[AXES[axis]]) for axis in range(1, len(AXES)))
        return cls(cell, (tuple(map(float, widths)), *middles))

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The grid whose fields these are.

        Raises:
            KeyError, TypeError, ValueError: They are no grid's.
        """
        return cls(Cell(stored["cell"]), tuple(map(tuple, stored["levels"])))

    def points(self) -> Iterator[Point]:
        """Every point, the widest first: they train longest, and equal widths share a program."""
        widths, *others = (range(len(levels)) for levels in self.levels)
        return product(reversed(widths), *others)

    def candidate(self, point: Point, narrowest: Candidate) -> Candidate:
        """A point's candidate, all else as in `narrowest`."""
        units, dropout, recurrent_dropout, learning_rate = (
            levels[level] for levels, level in zip(self.levels, point, strict=True)
        )
        return replace(
            narrowest,
            cell=self.cell,
            units=round(units),
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            learning_rate=learning_rate,
        )

    def nearest(self, candidate: Candidate) -> Point:
        """The point nearest to a candidate on every axis, widths and rates by their ratio."""
        return tuple(
            int(np.abs(levels - _scaled(getattr(candidate, name), axis)).argmin())
            for axis, (name, levels) in enumerate(zip(AXES, self._scaled_levels, strict=True))
        )

    @cached_property
    def _scaled_levels(self) -> list[NDArray[np.float64]]:
        return [_scaled(levels, axis) for axis, levels in enumerate(self.levels)]


def _middles(axis: int, within: Range) -> tuple[float, ...]:
    edges = np.linspace(_scaled(within.low, axis), _scaled(within.high, axis), LEVELS[axis] + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    return tuple((np.exp(middles) if _LOGARITHMIC[axis] else middles).tolist())


def _scaled(values: float | tuple[float, ...], axis: int) -> NDArray[np.float64]:
    return np.log(values) if _LOGARITHMIC[axis] else np.asarray(values, np.float64)
