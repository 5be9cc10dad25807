"""What runs the epochs of a training: one for all models of an architecture."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import NDArray

from search_spaces.candidate import Candidate
from study.training.model import loss_name

if TYPE_CHECKING:
    from study.datasets.dataset import Split

EVALUATED = 512  # examples at once: enough for full speed, few enough for little memory

Weights = list[NDArray[Any]]


class EpochRunner(ABC):
    """Trains and evaluates one model at a time: that of the last `load`.

    A model maps tokens, (batch, steps), or numbers, (batch, steps, features), to probabilities:
    (batch, 1), that of the second of two classes, or (batch, classes).

    Attributes:
        batch_size: Of the candidate that is loaded.
    """

    batch_size: int

    @abstractmethod
    def load(self, model: keras.Model, candidate: Candidate) -> None:
        """Take the model's weights, the state of its masks, and its candidate's other settings."""

    @abstractmethod
    def start(self) -> None:
        """Begin a training with a fresh optimizer."""

    @abstractmethod
    def train(self, split: "Split", order: NDArray[np.integer[Any]]) -> tuple[float, float]:
        """Train on these examples of the split, in this order; the last batch may be smaller.

        Args:
            order: Numbers of examples, no more than there are.

        Returns:
            Mean loss and accuracy, each example's at the time it was trained on.
        """

    @abstractmethod
    def answers(self, split: "Split") -> tuple[NDArray[np.float32], NDArray[np.integer[Any]]]:
        """Each example's loss, and its most probable class."""

    def evaluate(self, split: "Split") -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Each example's loss, and whether its most probable class is right."""
        losses, answered = self.answers(split)
        return losses, answered == np.asarray(split.labels)

    @abstractmethod
    def weights(self) -> Weights:
        """A copy of the weights, in the shapes of the model."""


def cross_entropy(labels: Any, probabilities: Any) -> Any:
    """Each example's cross-entropy in nats, as Keras' loss for that output computes it."""
    loss = keras.losses.get(loss_name(probabilities.shape[-1]))
    return loss(labels[:, None], probabilities)


def most_probable(probabilities: Any) -> Any:
    """Each example's most probable class, int32: of two the second where it is above 0.5."""
    if probabilities.shape[-1] == 1:
        return keras.ops.cast(probabilities[:, 0] > 0.5, "int32")
    return keras.ops.cast(keras.ops.argmax(probabilities, axis=-1), "int32")


def is_correct(labels: Any, probabilities: Any) -> Any:
    """Whether each example's label is the class deemed most probable."""
    return keras.ops.equal(most_probable(probabilities), labels)
