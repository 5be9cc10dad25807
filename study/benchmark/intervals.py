"""What repetitions say of a mean, and of a difference of means."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from study.errors import UserError

Values = NDArray[np.float64] | Sequence[float]


class Estimate(NamedTuple):
    """A mean, or a difference of means, with its 95 % interval."""

    mean: float
    low: float
    high: float


def mean(values: Values) -> Estimate:
    """The mean of independent values, with Student's interval."""
    with _equal_values_allowed():
        low, high = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    return Estimate(float(np.mean(values)), float(low), float(high))


def difference(ours: Values, theirs: Values) -> Estimate:
    """Our mean less theirs, of independent values, with Welch's interval (1947)."""
    with _equal_values_allowed():
        low, high = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    return Estimate(float(np.mean(ours) - np.mean(theirs)), float(low), float(high))


def require_repetitions(rounds: int) -> None:
    """Refuse what has no interval.

    Raises:
        UserError: There is one repetition only.
    """
    if rounds < 2:
        raise UserError(
            f"An interval takes 2 repetitions or more, but {rounds} was given. Raise --rounds."
        )


@contextmanager
def _equal_values_allowed() -> Iterator[None]:
    """Repetitions may find the same; SciPy then warns, but of its t alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
