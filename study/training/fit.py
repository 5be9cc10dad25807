"""Training with early stopping."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from study.datasets.metric import Metric, mean
from study.training.curve import CurvePoint

if TYPE_CHECKING:
    from study.datasets.dataset import Split
    from study.training.runners.epoch_runner import EpochRunner, Weights

_STEPS_A_LOOK = 128  # at least


class NonFiniteLossError(Exception):
    """The loss became NaN or infinite."""


class Schedule(NamedTuple):
    """When a training ends.

    Attributes:
        epochs: The most to train, at least 1.
        patience: Epochs without a lower validation loss before it stops, above 0.
    """

    epochs: int
    patience: float


@dataclass(frozen=True)
class Fit:
    """A finished training.

    Attributes:
        curve: At least one look.
        best: The look of the lowest validation loss, the first of equals.
        weights: The model's at that look.
        stopped: Whether `on_look` stopped it.
        at_epoch_cap: Whether nothing but the cap on epochs ended it.
    """

    curve: tuple[CurvePoint, ...]
    best: CurvePoint
    weights: "Weights"
    stopped: bool
    at_epoch_cap: bool


def looks_an_epoch(steps: int) -> int:
    """How often a training is looked at in an epoch of so many steps: 1, 2 or 4 times.

    What it has learnt depends on its steps, so a long epoch may run past the best model. But a
    look costs a pass over the validation split; and a part of an epoch has at least 128 steps.
    """
    return next(looks for looks in (4, 2, 1) if looks == 1 or steps >= looks * _STEPS_A_LOOK)


def fit(
    runner: "EpochRunner",
    splits: "tuple[Split, Split]",
    schedule: Schedule,
    *,
    seed: int,
    on_look: Callable[[int, CurvePoint], bool],
    metric: Metric = Metric.ACCURACY,
) -> Fit:
    """Train the model that the runner is loaded with; every epoch visits it in a new order.

    Args:
        splits: For training and for validation.
        seed: Of the order of the examples.
        on_look: Called at each look, counted from 1; False stops.
        metric: Says how much each validation example counts, in the loss as in the accuracy. In
            training all count alike: what is learnt does not depend on it, only what is kept.

    Raises:
        NonFiniteLossError: A loss became NaN or infinite.
    """
    epochs, patience = schedule
    if epochs < 1 or patience <= 0:
        raise ValueError(f"expected at least one epoch, and patience: {epochs}, {patience}")
    weights = metric.weights(splits[1].labels)
    runner.start()
    curve: list[CurvePoint] = []
    best, kept, proceed, patient = None, runner.weights(), True, True
    parts = _parts(len(splits[0].labels), runner.batch_size, seed)
    while best is None or (proceed and patient and curve[-1].epoch < epochs):
        point = _point(runner, splits, weights, *next(parts))
        curve.append(point)
        if best is None or point.validation_loss < best.validation_loss:
            best, kept = point, runner.weights()
        patient = point.epoch - best.epoch < patience
        proceed = on_look(len(curve), point)
    cut_off = proceed and patient
    return Fit(tuple(curve), best, kept, stopped=not proceed, at_epoch_cap=cut_off)


def _point(
    runner: "EpochRunner",
    splits: "tuple[Split, Split]",
    weights: NDArray[np.float64] | None,
    epoch: float,
    order: NDArray[np.integer[Any]],
) -> CurvePoint:
    """What a look finds after training on these examples, at this epoch.

    Args:
        weights: Of the validation examples.
    """
    training, validation = splits
    loss, accuracy = runner.train(training, order)
    losses, correct = runner.evaluate(validation)
    point = CurvePoint(epoch, loss, accuracy, mean(losses, weights), mean(correct, weights))
    for name, value in (("training", point.loss), ("validation", point.validation_loss)):
        if not math.isfinite(value):
            raise NonFiniteLossError(
                f"The {name} loss became {value} in epoch {math.ceil(epoch)}; "
                "a lower learning rate may help."
            )
    return point


def _parts(
    examples: int, batch_size: int, seed: int
) -> Iterator[tuple[float, NDArray[np.integer[Any]]]]:
    """The examples from look to look, and the epochs at each one's end; without end.

    A part has whole batches, but for the last of an epoch.
    """
    orders = np.random.default_rng(seed)
    steps = math.ceil(examples / batch_size)
    looks = looks_an_epoch(steps)
    ends = [batch_size * (steps * look // looks) for look in range(looks + 1)]
    for epoch in count():
        order = orders.permutation(examples)
        for look in range(looks):
            yield epoch + (look + 1) / looks, order[ends[look] : ends[look + 1]]
