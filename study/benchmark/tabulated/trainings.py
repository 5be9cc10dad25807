"""A table of real trainings, in which searches are compared without training anything.

After Klein and Hutter (2019, 1905.04970), who tabulate small networks for the same purpose.
"""

import io
import json
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate, Scope, Task
from search_spaces.cells import Cell
from search_spaces.parameters import parameter_name
from search_spaces.space import SearchSpace, SpaceName, search_space
from study.errors import UserError
from study.machine.files import write_atomically

AXES = ("units", "dropout", "recurrent_dropout", "learning_rate")
_LOGARITHMIC = (True, False, False, True)
_LEVELS = (6, 3, 3, 4)

Point = tuple[int, ...]  # a level of each axis
Counts = NDArray[np.uint16]


@dataclass(frozen=True)
class Grid:
    """The candidates of one cell that were trained.

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
        ranges = Ranges(cell)
        space.suggest(ranges)
        bounds = [ranges.found[parameter_name(cell, name)] for name in AXES]
        units = np.geomspace(*bounds[0], _LEVELS[0]).round()
        others = [_middles(axis, *bounds[axis]) for axis in range(1, len(AXES))]
        return cls(cell, (tuple(units.tolist()), *others))

    @property
    def shape(self) -> Point:
        """Levels of each axis."""
        return tuple(len(levels) for levels in self.levels)

    def points(self) -> Iterator[Point]:
        """Every point, the widest first: they train longest, and equal widths share a program."""
        widths, *others = (range(count) for count in self.shape)
        return product(reversed(widths), *others)

    def candidate(self, point: Point, plain: Candidate) -> Candidate:
        """A point's candidate, all else as in `plain`."""
        units, dropout, recurrent_dropout, learning_rate = (
            levels[level] for levels, level in zip(self.levels, point, strict=True)
        )
        return replace(
            plain,
            cell=self.cell,
            units=round(units),
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            learning_rate=learning_rate,
        )

    def nearest(self, candidate: Candidate) -> Point:
        """The point nearest to a candidate on every axis, widths and rates by their ratio."""
        return tuple(
            int(np.abs(levels - _scale(getattr(candidate, name), axis)).argmin())
            for axis, (name, levels) in enumerate(zip(AXES, self._scaled, strict=True))
        )

    @cached_property
    def _scaled(self) -> tuple[NDArray[np.float64], ...]:
        return tuple(
            np.array([_scale(level, axis) for level in levels])
            for axis, levels in enumerate(self.levels)
        )


class Ranges:
    """Asked as a trial is, it takes the lowest value of all and notes the ranges."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self.found: dict[str, tuple[float, float]] = {}

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        return self._cell

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        self.found[name] = low, high
        return low

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        self.found[name] = low, high
        return low


def _scale(value: float, axis: int) -> float:
    return math.log(value) if _LOGARITHMIC[axis] else value


def _middles(axis: int, low: float, high: float) -> tuple[float, ...]:
    edges = np.linspace(_scale(low, axis), _scale(high, axis), _LEVELS[axis] + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    return tuple((np.exp(middles) if _LOGARITHMIC[axis] else middles).tolist())


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a table was made by.

    Attributes:
        dataset: Name and fingerprint.
        epochs, patience: Of every training.
        seeds: Trainings of every candidate.
        validation, test: Examples of these splits.
        environment: Versions and machine.
    """

    dataset: str
    task: Task
    budget: Budget
    batch_size: int
    epochs: int
    patience: int
    seeds: int
    seed: int
    validation: int
    test: int
    grids: tuple[Grid, ...]
    environment: Mapping[str, str]

    @property
    def space(self) -> SearchSpace:
        """The space that the grids span."""
        cells = tuple(grid.cell for grid in self.grids)
        return search_space(SpaceName.STANDARD, self.task, self.budget, cells, self.batch_size)

    @property
    def shape(self) -> tuple[int, ...]:
        """Cells, a level of each axis, seeds."""
        return (len(self.grids), *self.grids[0].shape, self.seeds)

    def to_json(self) -> str:
        """The origin as JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Origin":
        """The origin that `to_json` wrote.

        Raises:
            ValueError, TypeError, KeyError: It did not write this.
        """
        fields = json.loads(text)
        budget = fields["budget"]
        return cls(
            **{
                **fields,
                "task": Task(**fields["task"]),
                "budget": Budget(budget["limit"], Scope(budget["scope"])),
                "grids": tuple(
                    Grid(Cell(grid["cell"]), tuple(tuple(axis) for axis in grid["levels"]))
                    for grid in fields["grids"]
                ),
            }
        )


@dataclass(frozen=True)
class Training:
    """One tabulated training.

    Attributes:
        cell, point: Of the grid.
        curve: Validation accuracy of each epoch until early stopping, a fraction.
    """

    cell: Cell
    point: Point
    curve: tuple[float, ...]


@dataclass(frozen=True)
class Tabulated:
    """Trainings of every point of the grids.

    Attributes:
        validation: Correct validation examples, (cells, a level of each axis, seeds, epochs);
            0 after the end of a training.
        test: Correct test examples after the best epoch, (cells, a level of each axis, seeds).
    """

    origin: Origin
    validation: Counts
    test: Counts

    @property
    def cells(self) -> tuple[Cell, ...]:
        """In the order of the arrays."""
        return tuple(grid.cell for grid in self.origin.grids)

    @cached_property
    def confirmed(self) -> dict[Cell, NDArray[np.float64]]:
        """Each cell's mean test accuracy over the seeds, (a level of each axis), fractions."""
        means = self.test.mean(axis=-1) / self.origin.test
        return dict(zip(self.cells, means, strict=True))

    def training(self, candidate: Candidate, seed: int) -> Training:
        """The training of the point nearest to a candidate.

        Args:
            seed: Which of its trainings, below `origin.seeds`.
        """
        number = self.cells.index(candidate.cell)
        point = self.origin.grids[number].nearest(candidate)
        counts = self.validation[(number, *point, seed)]
        curve = counts[counts > 0] / self.origin.validation
        return Training(candidate.cell, point, tuple(curve.tolist()))

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Trainings that are not yet in the table, (cells, a level of each axis, seeds)."""
        missing: NDArray[np.bool_] = self.validation[..., 0] == 0
        return missing

    def save(self, path: Path) -> None:
        """Write the table, whole or not at all.

        Raises:
            OSError: It cannot be written.
        """
        with write_atomically(path) as temporary:
            np.savez_compressed(
                temporary,
                origin=np.array(self.origin.to_json()),
                validation=self.validation,
                test=self.test,
            )

    @classmethod
    def empty(cls, origin: Origin) -> "Tabulated":
        """A table without a training."""
        return cls(
            origin,
            np.zeros((*origin.shape, origin.epochs), np.uint16),
            np.zeros(origin.shape, np.uint16),
        )

    @classmethod
    def load(cls, path: Path) -> "Tabulated":
        """Read a table, which may be incomplete.

        Raises:
            UserError: There is none, or it is damaged.
        """
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                table = cls(
                    Origin.from_json(str(stored["origin"])), stored["validation"], stored["test"]
                )
        except OSError as error:
            raise UserError(
                f"The table of trainings {path} cannot be read ({error.strerror}). "
                "`python -m study.benchmark tabulate` makes it."
            ) from error
        except (ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
            raise _damaged(path, "is no such table") from error
        table._check(path)
        return table

    def _check(self, path: Path) -> None:
        origin, runs = self.origin, self.validation > 0
        if any(grid.shape != origin.grids[0].shape for grid in origin.grids):
            raise _damaged(path, "has grids of different shapes")
        expected: tuple[Any, ...] = (*origin.shape, origin.epochs), origin.shape
        if (self.validation.shape, self.test.shape) != expected or {
            self.validation.dtype,
            self.test.dtype,
        } != {np.dtype(np.uint16)}:
            raise _damaged(path, "has arrays of the wrong shape or type")
        if self.validation.max() > origin.validation or self.test.max() > origin.test:
            raise _damaged(path, "counts more correct examples than there are")
        if (runs[..., 1:] & ~runs[..., :-1]).any() or ((self.test > 0) != runs[..., 0]).any():
            raise _damaged(path, "has a training with a gap")


def load_whole(path: Path) -> Tabulated:
    """Read a table that lacks nothing.

    Raises:
        UserError: There is none, it is damaged, or trainings are missing.
    """
    table = Tabulated.load(path)
    missing = int(table.missing.sum())
    if missing:
        raise UserError(
            f"The table of trainings {path} lacks {missing:,} of {table.missing.size:,}. "
            "`python -m study.benchmark tabulate` completes it."
        )
    return table


def _damaged(path: Path, what: str) -> UserError:
    return UserError(
        f"The table of trainings {path} {what}. Delete it; "
        "`python -m study.benchmark tabulate` makes it anew."
    )
