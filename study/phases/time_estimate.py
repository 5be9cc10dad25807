"""How long a study may take, measured on a sample before it begins."""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from study.phases.search import training_job
from study.processes.limits import ProcessLimits
from study.processes.pool import work_off
from study.processes.training_process import Finished, Refused
from study.question.plan import StudyPlan
from study.training.curve import CurvePoint
from study.training.job import OnEpoch, TrainingError, TrainingJob

_SAMPLE = 2048  # training examples: enough for a steady speed, soon done


@dataclass(frozen=True)
class EpochTimingJob:
    """Times the second epoch, when everything is compiled, on a sample."""

    training: TrainingJob

    def run(self, on_epoch: OnEpoch) -> float:
        """Seconds of an epoch over all training examples, validation included."""
        full = self.training.dataset.training()
        sample = tuple(type(split)(*(array[:_SAMPLE] for array in split)) for split in full)
        ends: list[float] = []
        job = replace(self.training, epochs=2, patience=2)

        def note_end(number: int, point: CurvePoint) -> bool:
            ends.append(time.monotonic())
            return on_epoch(number, point)

        job.train((sample[0], sample[1]), note_end)
        seen, there = (sum(len(split.labels) for split in splits) for splits in (sample, full))
        return (ends[1] - ends[0]) * there / seen


def longest_epoch(plan: StudyPlan, threads: int) -> float:
    """Seconds of an epoch of the slower cell at its largest width, on so many threads.

    The cells are measured at the same time, each in a process of its own, as they train.

    Raises:
        TrainingError: A training could not be measured.
    """
    jobs = {
        cell.value: EpochTimingJob(training_job(plan.space.largest(cell), plan, seed=0))
        for cell in plan.cells
    }
    with tempfile.TemporaryDirectory() as folder:
        limits = ProcessLimits(len(jobs), len(jobs) * threads, Path(folder) / "log")
        ends = [end for _, end in work_off(jobs, limits, lambda: False)]
    for end in ends:
        if isinstance(end, Refused):
            raise TrainingError(f"The speed of training could not be measured: {end.reason}.")
    longest: float = max(end.result for end in ends if isinstance(end, Finished))
    return longest
