"""One epoch of a learning curve."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CurvePoint:
    """One epoch of a learning curve; accuracies are fractions."""

    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
