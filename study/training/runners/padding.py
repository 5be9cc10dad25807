"""Wide twins: models with round widths that train all narrower ones.

A compiled function serves one set of shapes, and a search asks for another width in every
trial. Units too many change nothing: with zeros for their weights their state and all their
gradients stay exactly zero, and Adam leaves them there. So one wide model trains every
narrower one, and what was compiled for it is used again.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.candidate import Candidate

_MULTIPLE = 16  # float32 in a vector register of 512 bits: 121 units take as long as 128

Array = NDArray[Any]
Shape = tuple[int, ...]


def pad_widths(candidate: Candidate) -> Candidate:
    """The candidate whose model trains this one, and whatever else has the same.

    Learning rate and batch size are the defaults, and rates of dropout 0.5 where there are
    any: what is compiled takes them as they come. Units are rounded up where the cell has a fast
    loop; other cells may not leave units of zero at zero, and have their rates compiled in.
    """
    common = replace(
        candidate, learning_rate=Candidate.learning_rate, batch_size=Candidate.batch_size
    )
    if not _has_fast_loop(candidate):
        return common
    return replace(
        common,
        units=candidate.units + -candidate.units % _MULTIPLE,  # up to the next multiple
        dropout=_placeholder(candidate.dropout),
        recurrent_dropout=_placeholder(candidate.recurrent_dropout),
    )


def _has_fast_loop(candidate: Candidate) -> bool:
    layer = candidate.cell.fused_layer
    return layer is not None and layer(1, recurrent_dropout=candidate.recurrent_dropout).fused


def _placeholder(rate: float) -> float:
    return 0.5 if 0 < rate < 1 else 0.0  # as in Keras' layers, a rate of 1 is none


def pad_weights(weights: list[Array], units: int, shapes: list[Shape]) -> list[Array]:
    """The weights of a model of so many units, padded to the shapes of another width, or cut."""
    return [_padded(weight, shape, units) for weight, shape in zip(weights, shapes, strict=True)]


def _padded(weight: Array, shape: Shape, units: int) -> Array:
    """Pad each axis with zeros, or cut it where the other width is the smaller.

    An axis that follows the units has a block of them for each gate, or for each of two
    concatenated directions: every block is padded by itself.
    """
    blocks = [
        size // units if size != wanted else 1
        for size, wanted in zip(weight.shape, shape, strict=True)
    ]
    whole = weight.reshape(_split(weight.shape, blocks))
    result = np.zeros(_split(shape, blocks), weight.dtype)
    shared = tuple(map(slice, map(min, whole.shape, result.shape)))
    result[shared] = whole[shared]
    return result.reshape(shape)


def _split(shape: Shape, blocks: list[int]) -> list[int]:
    """Every axis as two: its blocks, and what is in one of them."""
    pairs = zip(shape, blocks, strict=True)
    return [part for size, count in pairs for part in (count, size // count)]
