"""How long a study may take, measured on a sample before it begins."""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from study.phases.search import training_job
from study.processes.training_process import EpochEnded, Finished, TrainingProcess
from study.question.plan import StudyPlan
from study.training.curve import CurvePoint
from study.training.job import OnEpoch, TrainingError, TrainingJob

_SAMPLE = 2048  # training examples: enough for a steady speed, soon done


@dataclass(frozen=True)
class PaceJob:
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
    with tempfile.TemporaryDirectory() as folder:
        processes = []
        try:
            for cell in plan.cells:
                job = training_job(plan.space.largest(cell), plan, seed=0)
                processes.append(TrainingProcess(threads, Path(folder) / "log"))
                processes[-1].send(PaceJob(job))
            return max(_measured(process) for process in processes)
        finally:
            for process in processes:
                process.kill()


def _measured(process: TrainingProcess) -> float:
    while isinstance(message := process.receive(), EpochEnded):
        process.answer(True)
    if not isinstance(message, Finished):
        raise TrainingError(f"The speed of training could not be measured: {message}.")
    seconds: float = message.result
    return seconds
