"""One epoch of a learning curve."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CurvePoint:
    """One epoch of a learning curve; accuracies are fractions.

    Attributes:
        loss: Mean cross-entropy in nats over the training examples, each at the time it was
            trained on, with dropout.
        accuracy: The share of these that were right.
        validation_loss: Mean cross-entropy in nats at the end of the epoch.
    """

    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
