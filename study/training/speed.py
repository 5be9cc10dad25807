"""How fast a model trains and answers at its own width, which is not that of its wide twin."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from search_spaces.candidate import Candidate, Task

if TYPE_CHECKING:
    from study.datasets.dataset import Split

_PASSES = 5
_TIMED = 2048  # examples at most: enough for a steady figure, few enough to cost little


@dataclass(frozen=True)
class Speed:
    """The fastest of several passes over the same examples, since other trainings run beside.

    Attributes:
        epoch: Seconds to train on every training example once.
        inference: Microseconds an example, at the evaluation batch size.
    """

    epoch: float
    inference: float


def as_fast(candidate: Candidate) -> Candidate:
    """One for all candidates of the same speed: rates are numbers, whatever they are."""
    return replace(
        candidate,
        learning_rate=Candidate.learning_rate,
        dropout=0.5 if candidate.dropout else 0.0,
        recurrent_dropout=0.5 if candidate.recurrent_dropout else 0.0,
    )


def measure_speed(candidate: Candidate, task: Task, splits: "tuple[Split, Split]") -> Speed:
    """Time a fresh model of the candidate, on as many threads as this process has.

    Args:
        splits: For training and for validation; the beginnings of both are used.
    """
    from study.training.model import build
    from study.training.runners.choice import runner_of_its_own

    training, validation = (split.first(_TIMED) for split in splits)
    model = build(candidate, task, training.inputs.shape[1], seed=0)
    runner = runner_of_its_own(model, candidate)
    runner.start()
    order = np.arange(len(training.labels))
    trained = _fastest(lambda: runner.train(training, order))
    answered = _fastest(lambda: runner.evaluate(validation))
    steps, timed_steps = (
        math.ceil(len(split.labels) / candidate.batch_size) for split in (splits[0], training)
    )
    return Speed(trained * steps / timed_steps, 1e6 * answered / len(validation.labels))


def _fastest(action: Callable[[], object]) -> float:
    """Seconds of the fastest pass; one more goes before, to compile what is to be timed."""
    action()
    seconds = []
    for _ in range(_PASSES):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
