"""A mean over searches and test examples, and how sure it is.

The difference of search `r` on test example `i`, a mean over the search's seeds, is modelled with
crossed random effects (Searle, Casella & McCulloch 1992, *Variance Components*, ch. 4),

    d[r, i] = mu + search[r] + example[i] + residual[r, i],

and its mean over searches and examples has the variance

    var(search)/R + var(example)/N + var(residual)/(R N).

What a search shares within itself (hyperparameters, split, seeds) is in its effect; what all
searches share is the test split. Accuracies are fractions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

FLOAT_NOISE = 1e-12
"""Differences of accuracies below this are rounding of the last bits, not differences."""

SMALLEST_P = 1e-12
"""No p-value below this is computed; a smaller one is given as this."""


class Interval(NamedTuple):
    """Two bounds, as fractions."""

    low: float
    high: float

    def excludes_zero(self) -> bool:
        """Whether both bounds lie on one side of zero."""
        return self.low > 0 or self.high < 0

    def inside(self, margin: float) -> bool:
        """Whether the interval lies strictly between -margin and margin."""
        return -margin < self.low and self.high < margin

    def possible(self) -> "Interval":
        """The part of it in which differences of accuracies can lie: -1 to 1.

        That of two accuracies near 1 is narrower still, but they are known as little as it is: an
        interval cut at what their estimates allow would not hold as often as it says.
        """
        return Interval(max(-1.0, self.low), min(1.0, self.high))

    def negated(self) -> "Interval":
        """The interval of the difference taken the other way round."""
        return Interval(-self.high, -self.low)


class Probability(NamedTuple):
    """An estimated probability, from 0 to 1, with its interval."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class Estimate:
    """A mean over independent units (searches, or runs), and what its error is made of."""

    value: float
    units: int
    mean_square: float  # variance of one unit's value over the units; NaN with one unit
    example_variance: float = 0.0  # part of the value's variance that more units do not remove
    examples: int | None = None  # None: for these test examples
    seed_freedom: int = 0  # degrees of freedom that seeds within the units add to the mean square

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the mean square."""
        return self.units - 1 + self.seed_freedom

    @property
    def unit_variance(self) -> float:
        """Part of the value's variance that comes from the units; NaN with one."""
        return self.mean_square / self.units

    @property
    def standard_error(self) -> float:
        """NaN with one unit."""
        return math.sqrt(self.unit_variance + self.example_variance)

    def interval(self, confidence: float = 0.95) -> Interval | None:
        """Two-sided interval; None where the spread is unknown.

        It is unknown with one unit or one test example, and, without an example part, where
        all units gave one and the same value other than zero, which is how coarse rounding
        looks. If every value is exactly zero, that interval is zero, too.
        """
        error = self.standard_error
        if error < FLOAT_NOISE and abs(self.value) < FLOAT_NOISE:
            return Interval(0.0, 0.0)
        if math.isnan(error) or error < FLOAT_NOISE:
            return None
        half = self.critical(1 - confidence) * error
        return Interval(self.value - half, self.value + half)

    def p_value(self) -> float:
        """Two-sided, for a true value of zero; 1 where there is no interval.

        It is the largest `p` at which the interval of confidence `1 - p` still reaches zero.
        """
        if self.interval() is None or abs(self.value) < FLOAT_NOISE:
            return 1.0
        ratio = abs(self.value) / self.standard_error
        if self.critical(SMALLEST_P) <= ratio:
            return SMALLEST_P
        root = optimize.brentq(
            lambda log_p: self.critical(math.exp(log_p)) - ratio, math.log(SMALLEST_P), 0.0
        )
        return math.exp(root)

    def critical(self, alpha: float) -> float:
        """Half the interval's width in standard errors, by Cochran (1964, Biometrics 20).

        The quantiles of the two parts are averaged by their variances: Student's with the mean
        square's degrees of freedom for the units, with `examples - 1` for the examples.
        Satterthwaite's quantile for the sum of the parts would cover 92 % with three units, where
        a variance that is low by chance also passes for a well-known one; this one covers at
        least 95 % from three units on, and 94.5 % with two.
        """
        quantile = 1 - alpha / 2
        parts = [(self.unit_variance, self.freedom)]
        if self.examples is not None:
            parts.append((self.example_variance, self.examples - 1))
        weighted = math.fsum(
            variance * float(special.stdtrit(freedom, quantile)) for variance, freedom in parts
        )
        return weighted / (self.unit_variance + self.example_variance)


def mean(values: NDArray[np.floating]) -> Estimate:
    """The mean of one value a unit, (units,), with the paired t interval of these examples."""
    spread = float(values.var(ddof=1)) if len(values) > 1 else math.nan
    return Estimate(float(values.mean()), len(values), spread)


def probability_first_better(
    differences: NDArray[np.float64], confidence: float = 0.95
) -> Probability:
    """P(A > B): how often a search of the first cell beats the second's; a tie counts half.

    The measure is that of Bouthillier et al. 2021 (2103.03098). Its interval is Clopper and
    Pearson's (1934), which covers at least its nominal rate at any number of searches; their
    percentile bootstrap has no width when one cell wins every time.
    """
    pairs = len(differences)
    signs = np.sign(np.where(np.abs(differences) < FLOAT_NOISE, 0.0, differences))
    wins = float((signs + 1).sum() / 2)
    tail = (1 - confidence) / 2
    low = special.betaincinv(wins, pairs - wins + 1, tail) if wins > 0 else 0.0
    high = special.betaincinv(wins + 1, pairs - wins, 1 - tail) if wins < pairs else 1.0
    return Probability(wins / pairs, Interval(float(low), float(high)))


class Holm(NamedTuple):
    """What Holm's procedure says of each hypothesis."""

    adjusted: tuple[float, ...]  # p-values, in the order given
    levels: tuple[float, ...]  # at which each was tested


def holm(p_values: Sequence[float], alpha: float = 0.05) -> Holm:
    """Holm's (1979, Scand. J. Statist. 6) step-down procedure.

    Each hypothesis also gets the level at which the procedure tested it (those after the first
    that is not rejected: the level at which it stopped). An interval of confidence `1 - level`
    excludes zero exactly where Holm rejects, and is never narrower than the unadjusted one.
    Taken one by one such intervals cover at least `1 - alpha`; taken together they are not
    simultaneous.
    """
    adjusted = [1.0] * len(p_values)
    levels = [alpha] * len(p_values)
    highest, level = 0.0, alpha
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        left = len(p_values) - rank
        if highest <= alpha:
            level = alpha / left
        highest = max(highest, min(1.0, left * p_values[index]))
        adjusted[index] = highest
        levels[index] = level
    return Holm(tuple(adjusted), tuple(levels))
