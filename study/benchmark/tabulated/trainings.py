"""A table of real trainings, in which searches are compared without training anything.

After Klein and Hutter (2019, 1905.04970), who tabulate small networks for the same purpose.
"""

import io
import json
import zipfile
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.benchmark.tabulated.grid import LEVELS, Grid, Point
from study.errors import UserError
from study.machine.environment import environment
from study.machine.files import write_atomically
from study.question.plan import StudyPlan

Counts = NDArray[np.uint16]


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
class TrainingTable:
    """Trainings of every point of a grid over a plan's search space, for each of its cells.

    Attributes:
        validation: Correct validation examples, (cells, a level of each axis, seeds, epochs);
            0 after the end of a training.
        test: Correct test examples after the best epoch, (cells, a level of each axis, seeds).
    """

    plan: StudyPlan
    validation: Counts
    test: Counts

    @classmethod
    def empty(cls, plan: StudyPlan, seeds: int) -> "TrainingTable":
        """A table without a training.

        Args:
            seeds: Trainings of every candidate.
        """
        shape = (len(plan.cells), *LEVELS, seeds)
        return cls(plan, np.zeros((*shape, plan.epochs), np.uint16), np.zeros(shape, np.uint16))

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """Of each cell, in the order of the arrays."""
        return tuple(Grid.spanning(self.plan.space, cell) for cell in self.plan.cells)

    @property
    def seeds(self) -> int:
        """Trainings of every candidate."""
        return int(self.test.shape[-1])

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Trainings that are not yet in the table, (cells, a level of each axis, seeds)."""
        missing: NDArray[np.bool_] = self.validation[..., 0] == 0
        return missing

    @cached_property
    def mean_test_accuracy(self) -> dict[Cell, NDArray[np.float64]]:
        """Each cell's mean test accuracy over the seeds, (a level of each axis), fractions."""
        means = self.test.mean(axis=-1) / self.plan.dataset.sizes["test"]
        return dict(zip(self.plan.cells, means, strict=True))

    def training(self, candidate: Candidate, seed: int) -> Training:
        """The training of the point nearest to a candidate.

        Args:
            seed: Which of its trainings, below `seeds`.
        """
        number = self.plan.cells.index(candidate.cell)
        point = self.grids[number].nearest(candidate)
        counts = self.validation[(number, *point, seed)]
        curve = counts[counts > 0] / self.plan.dataset.sizes["validation"]
        return Training(candidate.cell, point, tuple(curve.tolist()))

    def save(self, path: Path) -> None:
        """Write the table, whole or not at all; its folder is made.

        Raises:
            UserError: It cannot be written.
        """
        provenance = {**self._provenance(), "environment": environment()}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with write_atomically(path) as temporary:
                np.savez_compressed(
                    temporary,
                    origin=np.array(json.dumps(provenance, sort_keys=True)),
                    validation=self.validation,
                    test=self.test,
                )
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
                provenance = json.loads(str(stored["origin"]))
                table = cls(plan, stored["validation"], stored["test"])
        except OSError as error:
            raise UserError(
                f"The table of trainings {path} cannot be read ({error.strerror}). "
                f"`python -m study.benchmark tabulate {path}` makes it."
            ) from error
        except (ValueError, KeyError, zipfile.BadZipFile) as error:
            raise _damaged(path, "is no such table") from error
        others = {
            name for name, fact in table._provenance().items() if provenance.get(name) != fact
        }
        if others if resumed else others - {"dataset"}:
            raise UserError(
                f"The table of trainings {path} was made from another data set, budget or grid. "
                "Delete it, or name another file."
            )
        table._check(path)
        return table

    def _provenance(self) -> dict[str, Any]:
        """What the trainings hang on, as it is stored."""
        plan = self.plan
        facts = {
            "dataset": f"{plan.dataset.name} ({plan.dataset.fingerprint})",
            "task": asdict(plan.task),
            "budget": asdict(plan.budget),
            "batch_size": plan.space.batch_size,
            "epochs": plan.epochs,
            "patience": plan.patience,
            "seed": plan.settings.run.seed,
            "validation": plan.dataset.sizes["validation"],
            "test": plan.dataset.sizes["test"],
            "grids": [asdict(grid) for grid in self.grids],
        }
        stored: dict[str, Any] = json.loads(json.dumps(facts))
        return stored

    def _check(self, path: Path) -> None:
        whole = TrainingTable.empty(self.plan, self.seeds)
        for counts, expected in ((self.validation, whole.validation), (self.test, whole.test)):
            if (counts.shape, counts.dtype) != (expected.shape, expected.dtype):
                raise _damaged(path, "has arrays of the wrong shape or type")
        sizes, trained = self.plan.dataset.sizes, self.validation > 0
        if self.validation.max() > sizes["validation"] or self.test.max() > sizes["test"]:
            raise _damaged(path, "counts more correct examples than there are")
        gaps = trained[..., 1:] & ~trained[..., :-1]
        if gaps.any() or ((self.test > 0) != trained[..., 0]).any():
            raise _damaged(path, "has a training with a gap")


def load_whole(path: Path, plan: StudyPlan) -> TrainingTable:
    """Read a table that lacks nothing.

    Raises:
        UserError: There is none, it is damaged or of another plan, or trainings are missing.
    """
    table = TrainingTable.load(path, plan)
    missing = int(table.missing.sum())
    if missing:
        raise UserError(
            f"The table of trainings {path} lacks {missing:,} of {table.missing.size:,}. "
            f"`python -m study.benchmark tabulate {path}` completes it."
        )
    return table


def _damaged(path: Path, what: str) -> UserError:
    return UserError(
        f"The table of trainings {path} {what}. Delete it; "
        f"`python -m study.benchmark tabulate {path}` makes it anew."
    )
