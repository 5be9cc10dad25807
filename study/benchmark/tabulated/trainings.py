"""A table of real trainings, in which searches are compared without training anything.

After Klein and Hutter (2019, 1905.04970), who tabulate small networks for the same purpose.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.benchmark.tabulated.arrays import Arrays
from study.benchmark.tabulated.grid import Grid, Point
from study.benchmark.tabulated.stopping import StoppingRule
from study.errors import UserError
from study.machine.environment import environment
from study.machine.files import write_atomically
from study.machine.program import typed
from study.question.plan import StudyPlan

SEEDS = 3
RULE = StoppingRule(patience=12, epochs=100)  # the longest that can be asked of the table

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Training:
    """One tabulated training.

    Attributes:
        cell, point: Of the grid.
        curve: Validation loss of each epoch until it stops.
    """

    cell: Cell
    point: Point
    curve: tuple[float, ...]


@dataclass(frozen=True)
class TrainingTable:
    """Trainings of every point of a grid over a plan's search space, for each of its cells.

    The trainings of seed k are trained on split k of training and validation, as the trials of
    a search share a split; their initial weights and orders are their own.

    Attributes:
        grids: Of each cell, in the order of the arrays.
        rule: When the trainings stopped.
    """

    plan: StudyPlan
    grids: tuple[Grid, ...]
    rule: StoppingRule
    arrays: Arrays

    @classmethod
    def empty(
        cls, plan: StudyPlan, rule: StoppingRule = RULE, seeds: int = SEEDS
    ) -> "TrainingTable":
        """A table without a training.

        Args:
            seeds: Trainings of every candidate.
        """
        grids = tuple(Grid.spanning(plan.space, cell) for cell in plan.cells)
        shape = _shape(grids, seeds)
        arrays = Arrays.empty(shape, rule.epochs, plan.dataset.sizes["test"])
        return cls(plan, grids, rule, arrays)

    @property
    def seeds(self) -> int:
        """Trainings of every candidate."""
        return int(self.arrays.loss.shape[-2])

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Trainings that are not yet in the table, (cells, a level of each axis, seeds)."""
        missing: NDArray[np.bool_] = np.isnan(self.arrays.loss[..., 0])
        return missing

    def accuracy(self, rule: StoppingRule) -> Values:
        """Test accuracy after the epoch that a stopping rule keeps, fractions.

        Returns:
            (cells, a level of each axis, seeds).
        """
        best = rule.best(self.arrays.loss)[..., None]
        correct = np.take_along_axis(self.arrays.test, best, axis=-1)[..., 0]
        accuracy: Values = correct / self.plan.dataset.sizes["test"]
        return accuracy

    @cached_property
    def worth(self) -> dict[Cell, Values]:
        """What a search that chooses a point has found, (a level of each axis), fractions.

        Mean test accuracy over the seeds at the full width, which a winner takes.
        """
        accuracy = self.accuracy(self.planned_rule).mean(axis=-1)
        full = np.broadcast_to(accuracy[:, -1:], accuracy.shape)
        return dict(zip(self.plan.cells, full, strict=True))

    @cached_property
    def answers(self) -> NDArray[np.bool_]:
        """Which test examples a training of the full width answers rightly.

        Returns:
            (cells, a level of each axis but the width, seeds, examples).
        """
        packed = self.arrays.answers[:, -1]
        examples = self.plan.dataset.sizes["test"]
        return np.unpackbits(packed, axis=-1, count=examples).astype(np.bool_)

    @cached_property
    def planned_rule(self) -> StoppingRule:
        """That of the plan."""
        return StoppingRule(self.plan.patience, self.plan.epochs)

    def training(self, candidate: Candidate, seed: int) -> Training:
        """The training of the point nearest to a candidate, until the plan's rule stops it.

        Args:
            seed: Which of its trainings, below `seeds`.
        """
        number = self.plan.cells.index(candidate.cell)
        point = self.grids[number].nearest(candidate)
        losses = self.arrays.loss[(number, *point, seed)]
        curve = losses[: int(self.planned_rule.trained(losses))]
        return Training(candidate.cell, point, tuple(curve.tolist()))

    def save(self, path: Path) -> None:
        """Write the table, whole or not at all; its folder is made.

        Raises:
            UserError: It cannot be written.
        """
        origin = {**self._origin(), "environment": environment()}
        stored = {"origin": np.array(json.dumps(origin, sort_keys=True)), **self.arrays.named()}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with write_atomically(path) as temporary:
                np.savez_compressed(temporary, allow_pickle=False, **stored)
        except OSError as error:
            raise UserError(
                f"The table of trainings {path} cannot be written ({error.strerror}). "
                "Choose another file, or make room for it."
            ) from error

    @classmethod
    def load(cls, path: Path, plan: StudyPlan, resumed: bool = False) -> "TrainingTable":
        """Read a table, which may be incomplete.

        Args:
            resumed: Whether to add trainings, which takes the very same data set.

        Raises:
            UserError: There is none, it is damaged, or it is of another plan.
        """
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                origin = json.loads(str(stored["origin"]))
                arrays = Arrays(**{name: stored[name] for name in Arrays.__dataclass_fields__})
            grids = tuple(map(Grid.of, origin["grids"]))
            table = cls(plan, grids, StoppingRule(**origin["rule"]), arrays)
        except OSError as error:
            raise UserError(
                f"The table of trainings {path} cannot be read ({error.strerror}). "
                f"`{typed('benchmark')} tabulate {path}` makes it."
            ) from error
        except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise _damaged(path, "is no such table") from error
        others = {name for name, fact in table._origin().items() if origin.get(name) != fact}
        if others - (set() if resumed else {"fingerprint"}):
            raise of_another(path)
        table._check(path)
        return table

    def _origin(self) -> dict[str, Any]:
        """What the trainings hang on, as it is stored."""
        plan = self.plan
        facts = {
            "dataset": plan.dataset.name,
            "fingerprint": plan.dataset.fingerprint,
            "task": asdict(plan.task),
            "budget": asdict(plan.budget),
            "batch_size": plan.space.batch_size,
            "seed": plan.settings.run.seed,
            "validation": plan.dataset.sizes["validation"],
            "test": plan.dataset.sizes["test"],
            "grids": [asdict(grid) for grid in self.grids],
            "rule": asdict(self.rule),
        }
        stored: dict[str, Any] = json.loads(json.dumps(facts))
        return stored

    def _check(self, path: Path) -> None:
        if tuple(grid.cell for grid in self.grids) != self.plan.cells:
            raise of_another(path)
        shape = (*_shape(self.grids, self.seeds), self.rule.epochs)
        sizes = self.plan.dataset.sizes
        if fault := self.arrays.fault(shape, (sizes["validation"], sizes["test"])):
            raise _damaged(path, fault)


def load_whole(path: Path, plan: StudyPlan) -> TrainingTable:
    """Read a table that lacks nothing, and whose trainings are long enough for the plan.

    Raises:
        UserError: There is none, it is damaged or of another plan, or trainings are missing.
    """
    table = TrainingTable.load(path, plan)
    missing = int(table.missing.sum())
    if missing:
        raise UserError(
            f"The table of trainings {path} lacks {missing:,} of {table.missing.size:,}. "
            f"`{typed('benchmark')} tabulate {path}` completes it."
        )
    if not table.rule.covers(table.planned_rule):
        raise UserError(
            f"The trainings of the table {path} stop after {table.rule.patience:g} epochs without "
            f"a lower validation loss, at most {table.rule.epochs}; the study's stop after "
            f"{plan.patience:g}, at most {plan.epochs}. Make a table of longer trainings."
        )
    return table


def _shape(grids: Sequence[Grid], seeds: int) -> tuple[int, ...]:
    return (len(grids), *map(len, grids[0].levels), seeds)


def of_another(path: Path) -> UserError:
    """What to say of the table of another question."""
    return UserError(
        f"The table of trainings {path} was made from another data set, budget or grid. "
        "Delete it, or name another file."
    )


def _damaged(path: Path, what: str) -> UserError:
    return UserError(
        f"The table of trainings {path} {what}. Delete it; "
        f"`{typed('benchmark')} tabulate {path}` makes it anew."
    )
