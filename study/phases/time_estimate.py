"""How long a study may take, measured on a few trainings before it begins."""

import tempfile
import time
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from statistics import geometric_mean
from typing import NamedTuple

from search_spaces.candidate import Candidate
from search_spaces.spaces import SpaceName
from study.machine.environment import cores
from study.phases.forecast import WIDER, Pace, Sizes, forecast, usual_epochs
from study.phases.search import training_job
from study.processes.limits import ProcessLimits
from study.processes.pool import work_off
from study.processes.training_process import Finished, LookTaken, Refused
from study.question.plan import StudyPlan
from study.training.curve import CurvePoint
from study.training.job import OnLook, TrainingError, TrainingJob

_SAMPLE = 2048  # training examples: enough for a steady speed, soon done
_TRIED = 20.0  # seconds after which a training is not waited for any longer
_MOST_TOKENS = 3_000_000  # of the training examples, with more of which none is tried
_UNSURE = 1.25  # at least: a machine is not equally fast all the time
_FEWER, _MORE = 0.75, 1.35  # how far epochs vary from study to study, and from what was tried


class Timed(NamedTuple):
    """What a training tells of the speed.

    Attributes:
        epoch: Seconds of an epoch over all training examples, validation included.
        epochs: That it took; None where it was not let finish.
    """

    epoch: float
    epochs: float | None = None


@dataclass(frozen=True)
class EpochTimingJob:
    """Times the second epoch, when everything is compiled, on a sample."""

    training: TrainingJob

    def run(self, on_look: OnLook) -> Timed:
        """Train two epochs."""
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
        return Timed((last[0] - first[0]) * there / seen)


@dataclass(frozen=True)
class TriedJob:
    """A training as the study's are, as far as it comes in a while."""

    training: TrainingJob

    def run(self, on_look: OnLook) -> Timed:
        """Train to its end, or until the time is up."""
        ends: list[tuple[float, float]] = []

        def note_end(number: int, point: CurvePoint) -> bool:
            ends.append((time.monotonic(), point.epoch))
            in_time = len(ends) < 2 or ends[-1][0] - ends[0][0] < _TRIED
            return on_look(number, point) and in_time

        result = self.training.run(note_end)
        (began, first), (ended, last) = ends[0], ends[-1]
        epoch = (ended - began) / (last - first) if last > first else result.seconds / last
        return Timed(epoch, None if result.stopped else last)


def estimated_seconds(plan: StudyPlan) -> tuple[float, float]:
    """A range for the whole plan, if it takes all its searches.

    The widest models are trained as the study's are; where the data are too many for that, the
    speed is measured on a sample.

    Raises:
        TrainingError: A training could not be measured.
    """
    timed, start = _timed(plan)
    epochs = _epochs(plan, [one.epochs for one in timed.values() if one.epochs])
    epoch = {sizes: one.epoch / WIDER for sizes, one in timed.items()}
    fewer, more = (
        start + forecast(plan, Pace(epoch, min(plan.epochs, factor * epochs)))
        for factor in (_FEWER, _MORE)
    )
    middle = sqrt(fewer * more)
    return min(fewer, middle / _UNSURE), max(more, middle * _UNSURE)


def _epochs(plan: StudyPlan, tried: list[float]) -> float:
    """Of a confirmation run: what is usual, and what was tried."""
    usual = usual_epochs(plan)
    if not tried:
        return usual
    known = geometric_mean(tried)
    return geometric_mean([usual, known, known])


def _timed(plan: StudyPlan) -> tuple[dict[Sizes, Timed], float]:
    """Each cell at each budget, as many at once as will train; and the seconds of the start."""
    jobs: dict[str, EpochTimingJob | TriedJob] = {}
    sizes: dict[str, Sizes] = {}
    ladder = plan.ladder()
    tokens = plan.dataset.sizes["train"] * plan.dataset.sequence_length
    kind = TriedJob if tokens <= _MOST_TOKENS else EpochTimingJob
    for budget in reversed(ladder):  # what takes longest first
        for cell in plan.cells:
            shape = _middling(plan, plan.space.narrowest(cell))
            widest = replace(shape, units=budget.largest(shape, plan.task))
            training = training_job(widest, plan, 0, 0)
            name = f"{cell} {budget.limit}"
            sizes[name] = str(cell), budget.limit
            jobs[name] = kind(training)
    begun, start = time.monotonic(), 0.0
    found: dict[Sizes, Timed] = {}
    with tempfile.TemporaryDirectory() as folder:
        limits = ProcessLimits(plan.jobs, cores(), Path(folder) / "log")
        for name, event in work_off(jobs, limits, lambda: False):
            match event:
                case LookTaken():
                    start = start or time.monotonic() - begun
                case Refused(reason):
                    raise TrainingError(f"The speed of training could not be measured: {reason}.")
                case Finished(result):
                    found[sizes[name]] = result
    return found, start


def _middling(plan: StudyPlan, shape: Candidate) -> Candidate:
    """Neither the fastest to train nor the slowest of its space."""
    if plan.settings.search.space is SpaceName.BASIC:
        return replace(shape, dropout=0.25)
    return replace(shape, dropout=0.25, recurrent_dropout=0.25, learning_rate=3e-3)
