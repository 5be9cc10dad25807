"""When a training stops, read off a curve that went on for longer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Losses = NDArray[np.float32]


@dataclass(frozen=True)
class StoppingRule:
    """A training stops when its validation loss has not been lower for a while, or at the cap.

    Attributes:
        patience: Epochs without a lower validation loss after which it stops.
        epochs: The cap.
    """

    patience: float
    epochs: int

    def trained(self, losses: Losses) -> NDArray[np.intp]:
        """Epochs that the rule trains, (...), no more than there are.

        Args:
            losses: Validation loss of each epoch, (..., epochs); NaN after the end of a training.
        """
        epochs = np.arange(losses.shape[-1])
        filled = np.where(np.isnan(losses), np.inf, losses)
        before = np.full_like(filled, np.inf)
        before[..., 1:] = np.minimum.accumulate(filled, axis=-1)[..., :-1]
        lowest = np.maximum.accumulate(np.where(filled < before, epochs, 0), axis=-1)
        ended = epochs - lowest >= self.patience
        first = np.where(ended.any(axis=-1), ended.argmax(axis=-1) + 1, losses.shape[-1])
        there = np.isfinite(losses).sum(axis=-1)
        trained: NDArray[np.intp] = np.minimum(np.minimum(first, there), self.epochs)
        return trained

    def best(self, losses: Losses) -> NDArray[np.intp]:
        """The epoch, from 0, of the lowest validation loss that the rule sees, (...).

        Args:
            losses: Validation loss of each epoch, (..., epochs), at least one a training.
        """
        seen = np.arange(losses.shape[-1]) < self.trained(losses)[..., None]
        best: NDArray[np.intp] = np.where(seen, losses, np.inf).argmin(axis=-1)
        return best

    def covers(self, other: "StoppingRule") -> bool:
        """Whether its curves are long enough for another rule."""
        return other.patience <= self.patience and other.epochs <= self.epochs
