"""The candidates of a table of trainings: a grid over the search space of each cell."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from search_spaces.parameters import parameter_name
from search_spaces.space import SearchSpace

AXES = ("units", "dropout", "recurrent_dropout", "learning_rate")
_LOGARITHMIC = (True, False, False, True)
LEVELS = (6, 3, 3, 4)  # of each axis

Point = tuple[int, ...]  # a level of each axis


@dataclass(frozen=True)
class Grid:
    """The candidates of one cell that are trained.

    Attributes:
        levels: Of each axis, ascending.
    """

    cell: Cell
    levels: tuple[tuple[float, ...], ...]

    @classmethod
    def spanning(cls, space: SearchSpace, cell: Cell) -> "Grid":
        """Levels over the space's ranges.

        The widths are even on a log scale and end with the bounds, since the budget is one of
        them; of every other range there are the middles of equal parts.
        """
        widths, *others = _ranges(space, cell)
        units = np.geomspace(*widths, LEVELS[0]).round()
        middles = (_middles(axis, *bounds) for axis, bounds in enumerate(others, start=1))
        return cls(cell, (tuple(units.tolist()), *middles))

    def points(self) -> Iterator[Point]:
        """Every point, the widest first: they train longest, and equal widths share a program."""
        widths, *others = (range(count) for count in LEVELS)
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


def _ranges(space: SearchSpace, cell: Cell) -> list[tuple[float, float]]:
    """The lowest and the highest value of each axis that the space suggests for a cell."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study()
    study.enqueue_trial({"cell": cell.value})
    trial = study.ask()
    space.suggest(trial)
    found: list[Any] = [trial.distributions[parameter_name(cell, name)] for name in AXES]
    return [(distribution.low, distribution.high) for distribution in found]


def _middles(axis: int, low: float, high: float) -> tuple[float, ...]:
    edges = np.linspace(_scaled(low, axis), _scaled(high, axis), LEVELS[axis] + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    return tuple((np.exp(middles) if _LOGARITHMIC[axis] else middles).tolist())


def _scaled(values: float | tuple[float, ...], axis: int) -> NDArray[np.float64]:
    return np.log(values) if _LOGARITHMIC[axis] else np.asarray(values, np.float64)
