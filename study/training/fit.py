"""Training with early stopping."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from study.training.curve import CurvePoint

if TYPE_CHECKING:
    from study.datasets.dataset import Split
    from study.training.runners.epoch_runner import EpochRunner, Weights


class NonFiniteLossError(Exception):
    """The loss became NaN or infinite."""


@dataclass(frozen=True)
class Fit:
    """A finished training.

    Attributes:
        curve: At least one epoch.
        seconds: Of each epoch, training and validation; the first may include compiling.
        best: The epoch of the highest validation accuracy and, among equals, the lowest
            validation loss.
        weights: The model's after that epoch.
        stopped: Whether `on_epoch` stopped it.
    """

    curve: tuple[CurvePoint, ...]
    seconds: tuple[float, ...]
    best: CurvePoint
    weights: "Weights"
    stopped: bool


def fit(
    runner: "EpochRunner",
    splits: "tuple[Split, Split]",
    *,
    epochs: int,
    patience: int,
    seed: int,
    on_epoch: Callable[[int, CurvePoint], bool],
) -> Fit:
    """Train the model that the runner is loaded with; every epoch visits it in a new order.

    Args:
        splits: For training and for validation.
        epochs: The most to train, at least 1.
        patience: Epochs without a higher validation accuracy before it stops, at least 1.
        seed: Of the order of the examples.
        on_epoch: Called after each epoch, counted from 1; False stops.

    Raises:
        NonFiniteLossError: A loss became NaN or infinite.
    """
    training, validation = splits
    runner.start()
    orders = np.random.default_rng(seed)
    curve: list[CurvePoint] = []
    seconds: list[float] = []
    best, weights, go_on, stale = None, runner.weights(), True, 0
    while go_on and len(curve) < epochs and stale < patience:
        start = time.perf_counter()
        loss, accuracy = runner.train(training, orders.permutation(len(training.labels)))
        losses, correct = runner.evaluate(validation)
        point = CurvePoint(loss, accuracy, float(losses.mean()), float(correct.mean()))
        seconds.append(time.perf_counter() - start)
        curve.append(point)
        _require_finite(point, len(curve))
        higher = best is None or point.validation_accuracy > best.validation_accuracy
        stale = 0 if higher else stale + 1
        if best is None or _rank(point) > _rank(best):
            best, weights = point, runner.weights()
        go_on = on_epoch(len(curve), point)
    if best is None:
        raise ValueError(f"expected at least one epoch and a patience of one: {epochs}, {patience}")
    return Fit(tuple(curve), tuple(seconds), best, weights, stopped=not go_on)


def _rank(point: CurvePoint) -> tuple[float, float]:
    return point.validation_accuracy, -point.validation_loss


def _require_finite(point: CurvePoint, epoch: int) -> None:
    for name, loss in (("training", point.loss), ("validation", point.validation_loss)):
        if not math.isfinite(loss):
            raise NonFiniteLossError(
                f"The {name} loss became {loss} in epoch {epoch}; a lower learning rate may help."
            )
