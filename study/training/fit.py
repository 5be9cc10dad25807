"""Training with early stopping, and evaluation, as fast as the backend allows."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

import keras
import numpy as np
from numpy.typing import NDArray

from study.training.runners.choice import runner_for

if TYPE_CHECKING:
    from study.datasets.dataset import Split


class NonFiniteLossError(Exception):
    """The loss became NaN or infinite."""


@dataclass(frozen=True)
class Epoch:
    """What one epoch measured.

    Attributes:
        number: From 1.
        loss: Mean cross-entropy in nats over the training examples, each at the time it was
            trained on, with dropout.
        accuracy: The share of these that were right.
        validation_loss: Mean cross-entropy in nats at the end of the epoch.
        validation_accuracy: A fraction.
        seconds: Training and validation; the first may include compiling.
    """

    number: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


class Schedule(TypedDict):
    """How a model is trained.

    Attributes:
        epochs: The most to train, at least 1.
        patience: Epochs without a higher validation accuracy before it stops, at least 1.
        seed: Of the order of the examples.
    """

    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    seed: int


@dataclass(frozen=True)
class Fit:
    """A finished training.

    Attributes:
        epochs: At least one.
        best: The epoch whose weights the model has.
        stopped: Whether `on_epoch` stopped it.
    """

    epochs: tuple[Epoch, ...]
    best: Epoch
    stopped: bool


def fit(
    model: keras.Model,
    training: "Split",
    validation: "Split",
    *,
    on_epoch: Callable[[Epoch], bool],
    **schedule: Unpack[Schedule],
) -> Fit:
    """Train with Adam on cross-entropy; the model ends with the weights of its best epoch.

    The best epoch has the highest validation accuracy and, among equals, the lowest
    validation loss. Every epoch visits the examples in a new order.

    Args:
        model: From tokens, (batch, steps), to probabilities: (batch, 1), that of the second
            of two classes, or (batch, classes).
        on_epoch: Called after each epoch; False stops.

    Raises:
        NonFiniteLossError: A loss became NaN or infinite; the model is of no use then.
    """
    runner = runner_for(model)
    runner.load(model)
    runner.start(schedule["learning_rate"])
    orders = np.random.default_rng(schedule["seed"])
    epochs: list[Epoch] = []
    best, weights, go_on, stale = None, model.get_weights(), True, 0
    while go_on and len(epochs) < schedule["epochs"] and stale < schedule["patience"]:
        start = time.perf_counter()
        order = orders.permutation(len(training.labels))
        loss, accuracy = runner.train(training, order, schedule["batch_size"])
        losses, correct = runner.evaluate(validation)
        epoch = Epoch(
            number=len(epochs) + 1,
            loss=loss,
            accuracy=accuracy,
            validation_loss=float(losses.mean()),
            validation_accuracy=float(correct.mean()),
            seconds=time.perf_counter() - start,
        )
        _require_finite(epoch)
        epochs.append(epoch)
        higher = best is None or epoch.validation_accuracy > best.validation_accuracy
        stale = 0 if higher else stale + 1
        if best is None or _rank(epoch) > _rank(best):
            best, weights = epoch, runner.weights(model)
        go_on = on_epoch(epoch)
    if best is None:
        raise ValueError(f"expected at least one epoch and a patience of at least one: {schedule}")
    model.set_weights(weights)
    return Fit(tuple(epochs), best, stopped=not go_on)


def evaluate(model: keras.Model, split: "Split") -> tuple[float, NDArray[np.bool_]]:
    """Mean cross-entropy in nats, and for each example whether the answer is right."""
    runner = runner_for(model)
    runner.load(model)
    losses, correct = runner.evaluate(split)
    return float(losses.mean()), correct


def _rank(epoch: Epoch) -> tuple[float, float]:
    return epoch.validation_accuracy, -epoch.validation_loss


def _require_finite(epoch: Epoch) -> None:
    for name, loss in (("training", epoch.loss), ("validation", epoch.validation_loss)):
        if not math.isfinite(loss):
            raise NonFiniteLossError(
                f"The {name} loss became {loss} in epoch {epoch.number}; "
                "a lower learning rate may help."
            )
