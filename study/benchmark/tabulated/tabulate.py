"""Makes the table of trainings in which searches are compared."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from study.benchmark.tabulated.trainings import Grid, Origin, Point, Tabulated
from study.errors import UserError
from study.machine.environment import cores, environment
from study.phases.search import training_job
from study.processes.interruption import Interruption
from study.processes.limits import ProcessLimits
from study.processes.pool import work_off
from study.processes.training_process import EpochEnded, Refused
from study.question.plan import StudyPlan, resolve
from study.question.settings import Settings
from study.training.curve import CurvePoint
from study.training.job import OnEpoch, TrainingJob
from study.trials.sampler import derived_seed

_SEEDS = 2
_MOST_SEEDS = 3  # a place of its own for each, so that a table with more begins alike


@dataclass(frozen=True)
class Scored:
    """What a tabulated training measured.

    Attributes:
        correct: Test examples that the best epoch's weights get right.
    """

    curve: tuple[CurvePoint, ...]
    correct: int


@dataclass(frozen=True)
class TabulationJob:
    """A search's training, and its score on the test split.

    This is no search: all that is trained is scored, and nothing is chosen by it.
    """

    training: TrainingJob

    def run(self, on_epoch: OnEpoch) -> Scored:
        """Train on the search's own splits, then open the test split.

        Raises:
            TrainingError: As in a search.
        """
        from study.training.runners.choice import runner_for

        dataset = self.training.dataset
        result, model = self.training.train(dataset.training(), on_epoch)
        runner = runner_for(model, self.training.candidate, self.training.task)
        _, correct = runner.evaluate(dataset.test())
        return Scored(result.curve, int(np.count_nonzero(correct)))


def tabulate(path: Path, jobs: int, settings: Settings | None = None) -> bool:
    """Train what the table lacks; what is trained is kept at once.

    Args:
        jobs: Training processes; the cores are divided among them.
        settings: Of the plan; the study's defaults where None.

    Returns:
        Whether the table is whole; False where a signal ended the work.

    Raises:
        UserError: There is a table of something else, or a training failed.
    """
    plan = resolve(settings or Settings())
    table = begun(path, plan)
    left = {str(index): index for index in _left(table)}
    trainings = {name: _job(index, table, plan) for name, index in left.items()}
    interruption = Interruption()
    with tempfile.TemporaryDirectory() as folder, Progress() as bar, interruption.open():
        limits = ProcessLimits(jobs, cores(), Path(folder) / "log")
        task = bar.add_task("tabulate", total=table.missing.size)
        bar.update(task, completed=table.missing.size - len(left))
        for name, message in work_off(trainings, limits, interruption):
            if isinstance(message, EpochEnded):
                continue
            if isinstance(message, Refused):
                raise UserError(f"Training {name} of the table failed: {message.reason}.")
            _note(message.result, left[name], table)
            table.save(path)
            bar.advance(task)
    return not interruption()


def begun(path: Path, plan: StudyPlan) -> Tabulated:
    """The table as it is, or an empty one.

    Raises:
        UserError: There is a table of something else, or it is damaged.
    """
    origin = _origin(plan)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return Tabulated.empty(origin)
    table = Tabulated.load(path)
    if _question(table.origin) != _question(origin):
        raise UserError(
            f"The table of trainings {path} was made from another data set, budget or grid. "
            "Delete it, or name another file."
        )
    return table


def _origin(plan: StudyPlan) -> Origin:
    return Origin(
        dataset=f"{plan.dataset.name} ({plan.dataset.fingerprint})",
        task=plan.task,
        budget=plan.budget,
        batch_size=plan.space.batch_size,
        epochs=plan.epochs,
        patience=plan.patience,
        seeds=_SEEDS,
        seed=plan.settings.run.seed,
        validation=plan.dataset.sizes["validation"],
        test=plan.dataset.sizes["test"],
        grids=tuple(Grid.spanning(plan.space, cell) for cell in plan.cells),
        environment=environment(),
    )


def _question(origin: Origin) -> dict[str, Any]:
    """What must be the same for a table to be gone on with."""
    return {name: value for name, value in vars(origin).items() if name != "environment"}


def _left(table: Tabulated) -> list[Point]:
    """Indices, in the table's arrays, of the trainings that it lacks."""
    return [
        index
        for seed in range(table.origin.seeds)
        for number, grid in enumerate(table.origin.grids)
        for index in ((number, *point, seed) for point in grid.points())
        if table.missing[index]
    ]


def _job(index: Point, table: Tabulated, plan: StudyPlan) -> TabulationJob:
    number, *point, run = index
    grid = table.origin.grids[number]
    candidate = grid.candidate(tuple(point), plan.space.narrowest(grid.cell))
    place = int(np.ravel_multi_index((number, *point), table.origin.shape[:-1]))
    seed = derived_seed(plan.settings.run.seed, _MOST_SEEDS * place + run, "tabulate")
    return TabulationJob(training_job(candidate, plan, seed))


def _note(scored: Scored, index: Point, table: Tabulated) -> None:
    shares = [point.validation_accuracy for point in scored.curve]
    table.validation[index][: len(shares)] = np.rint(np.multiply(shares, table.origin.validation))
    table.test[index] = scored.correct
