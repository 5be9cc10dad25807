"""What of the form of series may be meant otherwise than it is read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from study.datasets.facts import Form

_FEWER = 4  # times fewer steps than features look transposed
_LOOKED_AT = 200  # examples, to tell the axes apart
_PADDING = 2  # steps of zeros at one end, at least
_ONE_SIDED = 10  # times more series padded at one end than at the other
_STEPS = 3  # of the longest series, at least, to tell what orders them


def of_array(x: NDArray[Any], axes: int) -> Form:
    """That of an array.

    Args:
        x: (examples, steps, features), finite.
        axes: That it had in the file.
    """
    starts, ends = _zeros(x), _zeros(x[:, ::-1])
    form = Form(axes=axes, transposed=_is_transposed(x[:_LOOKED_AT]))
    if starts > _ONE_SIDED * ends:
        return form._replace(padded=starts, padded_at="begin")
    if ends > _ONE_SIDED * starts:
        return form._replace(padded=ends, padded_at="end")
    return form


def _zeros(x: NDArray[Any]) -> int:
    """Series whose first steps, but not all, are zeros in every feature."""
    head = ~x[:, :_PADDING].any(axis=(1, 2))
    return int(x[head].any(axis=(1, 2)).sum()) if x.shape[1] > _PADDING else 0


def _is_transposed(x: NDArray[Any]) -> bool:
    """Whether there are far more features than steps, and these are more alike than steps are."""
    _, steps, features = x.shape
    if features < _FEWER * steps:
        return False
    values = x.astype(np.float64)
    return steps == 1 or bool(
        np.abs(np.diff(values, axis=2)).mean() < np.abs(np.diff(values, axis=1)).mean()
    )


def rising(values: Sequence[NDArray[Any]]) -> NDArray[np.bool_]:
    """Features that rise from step to step in every series, (features,)."""
    rises = np.full(values[0].shape[1], max(map(len, values)) >= _STEPS)
    for one in values:
        if not rises.any():
            break
        rises &= (one[1:] > one[:-1]).all(axis=0)
    return rises


def ordering(values: Sequence[NDArray[Any]]) -> NDArray[np.bool_]:
    """Features that could order the steps of every series, (features,).

    They are all different in a series, and evenly spaced or whole numbers.
    """
    orders = np.full(values[0].shape[1], max(map(len, values)) >= _STEPS)
    for one in values:
        if not orders.any():
            break
        if len(one) > 1:
            gaps = np.diff(np.sort(one, axis=0), axis=0)
            even = np.ptp(gaps, axis=0) <= 1e-6 * np.ptp(one, axis=0)
            orders &= (gaps > 0).all(axis=0) & (even | (one == np.round(one)).all(axis=0))
    return orders
