"""How long a study may take, measured on a sample before it begins."""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from study.machine.environment import cores
from study.phases.search import training_job
from study.processes.limits import ProcessLimits
from study.processes.pool import work_off
from study.processes.training_process import Finished, Refused
from study.question.plan import StudyPlan
from study.training.curve import CurvePoint
from study.training.job import OnLook, TrainingError, TrainingJob

_SAMPLE = 2048  # training examples: enough for a steady speed, soon done
_LEAST_EPOCHS, _MOST_EPOCHS = 0.25, 0.5  # of the cap: what a training takes on average


@dataclass(frozen=True)
class EpochTimingJob:
    """Times the second epoch, when everything is compiled, on a sample."""

    training: TrainingJob

    def run(self, on_look: OnLook) -> float:
        """Seconds of an epoch over all training examples, validation included."""
        full = self.training.splits()
        sample = tuple(split.first(_SAMPLE) for split in full)
        ends: list[tuple[float, float]] = []
        job = replace(self.training, epochs=2, patience=2)

        def note_end(number: int, point: CurvePoint) -> bool:
            ends.append((time.monotonic(), point.epoch))
            return on_look(number, point)

        job.train((sample[0], sample[1]), note_end)
        first, last = next(end for end in ends if end[1] >= 1), ends[-1]
        seen, there = (sum(len(split.labels) for split in splits) for splits in (sample, full))
        return (last[0] - first[0]) * there / seen


def estimated_seconds(plan: StudyPlan) -> tuple[float, float]:
    """A range for the whole plan, if it takes all its searches.

    Trainings are taken at the widest of their budgets. How many epochs they take is not known
    beforehand: between a quarter and half of the cap is usual.

    Raises:
        TrainingError: A training could not be measured.
    """
    epochs = _epoch_seconds(plan)
    trainings = plan.trials_of_a_cell + plan.replicates * plan.settings.answer.confirm
    of_all = sum(epochs) * trainings * plan.searches.most * plan.epochs / plan.jobs
    return _LEAST_EPOCHS * of_all, _MOST_EPOCHS * of_all


def _epoch_seconds(plan: StudyPlan) -> list[float]:
    """Seconds of an epoch of each cell at each budget, as many at once as will train."""
    shapes = {
        (cell, budget): plan.space.narrowest(cell)
        for cell in plan.cells
        for budget in plan.ladder()
    }
    jobs = {}
    for (cell, budget), shape in shapes.items():
        widest = replace(shape, units=budget.largest(shape, plan.task))
        jobs[f"{cell} {budget.limit}"] = EpochTimingJob(training_job(widest, plan, 0, 0))
    with tempfile.TemporaryDirectory() as folder:
        limits = ProcessLimits(plan.jobs, cores(), Path(folder) / "log")
        ends = dict(work_off(jobs, limits, lambda: False))
    seconds = []
    for end in ends.values():
        if isinstance(end, Refused):
            raise TrainingError(f"The speed of training could not be measured: {end.reason}.")
        if isinstance(end, Finished):
            seconds.append(end.result)
    return seconds
