"""What was measured of a table's trainings."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Arrays:
    """What was measured; the first axes are (cells, a level of each axis, seeds).

    Attributes:
        loss: Mean validation loss, (..., epochs); NaN after the end of a training.
        validation: Correct validation examples, (..., epochs).
        test: Correct test examples, (..., epochs).
        answers: Whether each test example is answered rightly after the epoch of the lowest
            validation loss, (..., bytes), packed bits.
    """

    loss: NDArray[np.float32]
    validation: NDArray[np.uint16]
    test: NDArray[np.uint16]
    answers: NDArray[np.uint8]

    @classmethod
    def empty(cls, shape: tuple[int, ...], epochs: int, examples: int) -> Self:
        """Of no training."""
        return cls(
            loss=np.full((*shape, epochs), np.nan, np.float32),
            validation=np.zeros((*shape, epochs), np.uint16),
            test=np.zeros((*shape, epochs), np.uint16),
            answers=np.zeros((*shape, -(-examples // 8)), np.uint8),
        )

    def named(self) -> dict[str, NDArray[Any]]:
        """Each array by its name."""
        return {name: getattr(self, name) for name in type(self).__dataclass_fields__}

    def fault(self, shape: tuple[int, ...], sizes: tuple[int, int]) -> str | None:
        """What is wrong with them, or None.

        Args:
            shape: (cells, a level of each axis, seeds, epochs).
            sizes: Examples for validation and for the test.
        """
        expected = type(self).empty(shape[:-1], shape[-1], sizes[1]).named()
        if any(
            (array.shape, array.dtype) != (expected[name].shape, expected[name].dtype)
            for name, array in self.named().items()
        ):
            return "has arrays of the wrong shape or type"
        if self.validation.max() > sizes[0] or self.test.max() > sizes[1]:
            return "counts more correct examples than there are"
        trained = ~np.isnan(self.loss)
        if (trained[..., 1:] & ~trained[..., :-1]).any():
            return "has a training with a gap"
        best = np.where(trained, self.loss, np.inf).argmin(axis=-1)[..., None]
        kept = np.take_along_axis(self.test, best, axis=-1)[..., 0]
        if (np.bitwise_count(self.answers).sum(axis=-1) != kept).any():
            return "has answers that are not those of the best epoch"
        return None
