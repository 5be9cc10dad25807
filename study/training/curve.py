"""One look of a learning curve."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CurvePoint:
    """One look at a training, where an epoch or a part of one ends; accuracies are fractions.

    Attributes:
        epoch: Passes over the training examples so far.
        loss: Mean cross-entropy in nats over the training examples since the last look, each at
            the time it was trained on, with dropout.
        accuracy: The share of these that were right.
        validation_loss: Mean cross-entropy in nats over the validation examples, each counting as
            much as the study's metric says.
        validation_accuracy: The share of these that were right, counted likewise.
    """

    epoch: float
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
