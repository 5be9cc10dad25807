"""Makes the table of trainings in which searches are compared."""

import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from search_spaces.candidate import Candidate, Task
from study.benchmark.tabulated.grid import Point
from study.benchmark.tabulated.stopping import StoppingRule
from study.benchmark.tabulated.trainings import RULE, TrainingTable, of_another
from study.datasets.dataset import Dataset
from study.errors import UserError
from study.machine.environment import cores
from study.processes.interruption import Interruption
from study.processes.limits import ProcessLimits
from study.processes.pool import work_off
from study.processes.training_process import Finished, Refused
from study.question.plan import StudyPlan, resolve
from study.question.settings import Settings
from study.training.job import OnLook, TrainingError
from study.trials.sampler import derived_seed


class Measured(NamedTuple):
    """A training's epochs, and its answers after the one of the lowest validation loss.

    Attributes:
        loss: Validation loss of each epoch.
        validation, test: Correct examples after each epoch.
        answers: Whether each test example is answered rightly, (bytes,), packed bits.
    """

    loss: list[float]
    validation: list[int]
    test: list[int]
    answers: NDArray[np.uint8]


@dataclass(frozen=True)
class TabulationJob:
    """A training that is scored on the test split after every epoch.

    This is no search: all that is trained is scored, and nothing is chosen by it.

    Attributes:
        seed: Of initial weights, dropout masks and orders.
        split: Seed of the split of training and validation.
    """

    candidate: Candidate
    task: Task
    dataset: Dataset
    seed: int
    split: int
    rule: StoppingRule

    def run(self, on_look: OnLook) -> Measured:
        """Train until the rule stops it.

        Raises:
            TrainingError: The loss became NaN or infinite.
        """
        from study.training.model import build
        from study.training.runners.choice import runner_for

        training, validation = self.dataset.resplit(self.split)
        test = self.dataset.test()
        model = build(self.candidate, self.task, self.dataset.sequence_length, seed=self.seed)
        runner = runner_for(model, self.candidate, self.task)
        runner.start()
        orders = np.random.default_rng(self.seed)
        found = Measured([], [], [], np.zeros(0, np.uint8))
        lowest, stale = math.inf, 0
        while len(found.loss) < self.rule.epochs and stale < self.rule.patience:
            runner.train(training, orders.permutation(len(training.labels)))
            losses, right = runner.evaluate(validation)
            _, correct = runner.evaluate(test)
            loss = float(losses.mean())
            if not math.isfinite(loss):
                raise TrainingError(f"the validation loss became {loss}")
            found.loss.append(loss)
            found.validation.append(int(right.sum()))
            found.test.append(int(correct.sum()))
            stale += 1
            if loss < lowest:
                lowest, stale = loss, 0
                found = found._replace(answers=np.packbits(correct))
        return found


def tabulate(
    path: Path, jobs: int, settings: Settings | None = None, rule: StoppingRule = RULE
) -> bool:
    """Train what the table lacks; each training is saved at once.

    Args:
        jobs: Training processes; the cores are divided among them.
        settings: Of the plan; the study's defaults where None.
        rule: Of all trainings, whatever the plan's.

    Returns:
        Whether the table is whole; False where a signal ended the work.

    Raises:
        UserError: There is a table of something else, it cannot be written, or a training
            failed.
    """
    table = _begun(path, resolve(settings or Settings()), rule)
    missing = {str(index): index for index in _missing(table)}
    trainings = {name: tabulation_job(index, table) for name, index in missing.items()}
    interruption = Interruption()
    with tempfile.TemporaryDirectory() as folder, Progress() as bar, interruption.open():
        limits = ProcessLimits(jobs, cores(), Path(folder) / "log")
        total = table.missing.size
        task = bar.add_task("tabulate", total=total, completed=total - len(missing))
        for name, message in work_off(trainings, limits, interruption):
            if isinstance(message, Refused):
                raise UserError(f"Training {name} of the table failed: {message.reason}.")
            if isinstance(message, Finished):
                _enter(table, missing[name], message.result)
                table.save(path)
                bar.advance(task)
    return not interruption()


def _begun(path: Path, plan: StudyPlan, rule: StoppingRule) -> TrainingTable:
    """The table as far as it is made; a new one is written before its first training.

    That would be lost where the table cannot be written.
    """
    empty = TrainingTable.empty(plan, rule)
    if not path.exists():
        empty.save(path)
        return empty
    table = TrainingTable.load(path, plan, resumed=True)
    if (table.grids, table.rule) != (empty.grids, empty.rule):
        raise of_another(path)
    return table


def _missing(table: TrainingTable) -> Iterator[Point]:
    """Indices, in the table's arrays, of the trainings that it lacks."""
    missing = table.missing
    for seed in range(table.seeds):
        for number, grid in enumerate(table.grids):
            for point in grid.points():
                if missing[number, *point, seed]:
                    yield number, *point, seed


def _enter(table: TrainingTable, index: Point, found: Measured) -> None:
    epochs, arrays = len(found.loss), table.arrays
    arrays.loss[index][:epochs] = found.loss
    arrays.validation[index][:epochs] = found.validation
    arrays.test[index][:epochs] = found.test
    arrays.answers[index] = found.answers


def tabulation_job(index: Point, table: TrainingTable) -> TabulationJob:
    """The training of one place of the table's arrays: (cell, a level of each axis, seed)."""
    number, *point, split = index
    plan, grid = table.plan, table.grids[number]
    candidate = grid.candidate(tuple(point), plan.space.narrowest(grid.cell))
    place = int(np.ravel_multi_index(index, table.missing.shape))
    seed = derived_seed(plan.settings.run.seed, place, "tabulate")
    return TabulationJob(candidate, plan.task, plan.dataset, seed, split, table.rule)
