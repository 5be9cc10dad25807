"""Makes the table of trainings in which searches are compared."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import Progress

from study.benchmark.tabulated.grid import Point
from study.benchmark.tabulated.trainings import TrainingTable
from study.errors import UserError
from study.machine.environment import cores
from study.phases.search import training_job
from study.processes.interruption import Interruption
from study.processes.limits import ProcessLimits
from study.processes.pool import work_off
from study.processes.training_process import LookTaken, Refused
from study.question.plan import resolve
from study.question.settings import Settings
from study.training.job import OnLook, TrainingJob
from study.trials.sampler import derived_seed

_SEEDS = 2
_MOST_SEEDS = 3  # a place of its own for each, so that a table with more begins alike


@dataclass(frozen=True)
class TabulationJob:
    """A search's training, and its score on the test split.

    This is no search: all that is trained is scored, and nothing is chosen by it.
    """

    training: TrainingJob

    def run(self, on_look: OnLook) -> tuple[tuple[float, ...], int]:
        """Train on the search's own splits, then open the test split.

        Returns:
            The validation accuracy of each epoch, a fraction, and how many test examples the
            best epoch's weights get right.

        Raises:
            TrainingError: As in a search.
        """
        from study.training.runners.choice import runner_for

        dataset = self.training.dataset
        result, model = self.training.train(dataset.training(), on_look)
        runner = runner_for(model, self.training.candidate, self.training.task)
        _, correct = runner.evaluate(dataset.test())
        curve = tuple(point.validation_accuracy for point in result.curve)
        return curve, int(np.count_nonzero(correct))


def tabulate(path: Path, jobs: int, settings: Settings | None = None) -> bool:
    """Train what the table lacks; each training is saved at once.

    Args:
        jobs: Training processes; the cores are divided among them.
        settings: Of the plan; the study's defaults where None.

    Returns:
        Whether the table is whole; False where a signal ended the work.

    Raises:
        UserError: There is a table of something else, it cannot be written, or a training
            failed.
    """
    plan = resolve(settings or Settings())
    if path.exists():
        table = TrainingTable.load(path, plan, resumed=True)
    else:
        table = TrainingTable.empty(plan, _SEEDS)
        table.save(path)  # before the first training, which would be lost where it cannot be
    missing = {str(index): index for index in _missing(table)}
    trainings = {name: _job(index, table) for name, index in missing.items()}
    interruption = Interruption()
    with tempfile.TemporaryDirectory() as folder, Progress() as bar, interruption.open():
        limits = ProcessLimits(jobs, cores(), Path(folder) / "log")
        examples, total = plan.dataset.sizes["validation"], table.missing.size
        task = bar.add_task("tabulate", total=total, completed=total - len(missing))
        for name, message in work_off(trainings, limits, interruption):
            if isinstance(message, LookTaken):
                continue
            if isinstance(message, Refused):
                raise UserError(f"Training {name} of the table failed: {message.reason}.")
            index = missing[name]
            curve, table.test[index] = message.result
            table.validation[index][: len(curve)] = np.rint(np.multiply(curve, examples))
            table.save(path)
            bar.advance(task)
    return not interruption()


def _missing(table: TrainingTable) -> list[Point]:
    """Indices, in the table's arrays, of the trainings that it lacks."""
    missing = table.missing
    return [
        index
        for seed in range(table.seeds)
        for number, grid in enumerate(table.grids)
        for index in ((number, *point, seed) for point in grid.points())
        if missing[index]
    ]


def _job(index: Point, table: TrainingTable) -> TabulationJob:
    number, *point, run = index
    plan, grid = table.plan, table.grids[number]
    candidate = grid.candidate(tuple(point), plan.space.narrowest(grid.cell))
    place = int(np.ravel_multi_index((number, *point), table.test.shape[:-1]))
    seed = derived_seed(plan.settings.run.seed, _MOST_SEEDS * place + run, "tabulate")
    return TabulationJob(training_job(candidate, plan, seed, split_seed=seed))
