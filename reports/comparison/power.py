"""How many searches a question needs."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from reports.comparison.estimate import Estimate

MOST_SEARCHES = 100
"""More searches than this are not proposed: nobody would run them."""

_DRAWS = 500


def searches_to_decide(
    estimate: Estimate, margin: float, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """Searches in all with which the verdict's rule would decide, with probability `power`.

    The probability is predictive (Spiegelhalter, Freedman & Blackburn 1986, Control. Clin.
    Trials 7): true difference and spread are drawn from what the searches so far say of them
    (normal, non-informative prior), the searches still to come from these, and the rule is
    asked of all of them together, either way of deciding. It does not take the estimate for
    the truth: where true differences spread by a point, 76 to 92 % of the numbers it proposes
    suffice, but only about half where the truth lies at the margin or just inside it. To a tenth;
    None where the spread is unknown, or `MOST_SEARCHES` would not do: because the test split is
    too small, or the difference too near the margin.
    """
    if estimate.interval() is None or not estimate.mean_square > 0:
        return None
    draws = _Draws.of(estimate)
    searches = estimate.units
    while searches < MOST_SEARCHES:
        searches = min(MOST_SEARCHES, max(searches + 1, round(1.1 * searches)))
        if _share_decided(draws.study(estimate, searches), estimate, margin, alpha) >= power:
            return searches
    return None


class _Study(NamedTuple):
    """What studies of one number of searches find: (draws,)."""

    value: NDArray[np.float64]
    mean_square: NDArray[np.float64]
    searches: int


class _Draws(NamedTuple):
    """True differences and variances, and the luck of the searches to come: (draws,)."""

    truth: NDArray[np.float64]
    variance: NDArray[np.float64]
    luck: NDArray[np.float64]  # of their mean, standard normal
    spread: NDArray[np.float64]  # of their mean square, uniform

    @classmethod
    def of(cls, estimate: Estimate) -> "_Draws":
        """On this test split, whose part in the error more searches do not change."""
        random, freedom = np.random.default_rng(0), estimate.freedom
        variance = estimate.mean_square * freedom / random.chisquare(freedom, _DRAWS)
        shift = random.standard_normal(_DRAWS) * np.sqrt(variance / estimate.units)
        luck = random.standard_normal(_DRAWS)
        return cls(estimate.value + shift, variance, luck, random.random(_DRAWS))

    def study(self, estimate: Estimate, searches: int) -> _Study:
        """The searches so far and those to come, together."""
        now, more = estimate.units, searches - estimate.units
        added = self.truth + self.luck * np.sqrt(self.variance / more)
        squares = (
            estimate.mean_square * (now - 1)
            + 2 * self.variance * special.gammaincinv(max(more - 1, 1e-9) / 2, self.spread)
            + (added - estimate.value) ** 2 * now * more / searches
        )
        value = (now * estimate.value + more * added) / searches
        return _Study(value, squares / (searches - 1), searches)


def _share_decided(study: _Study, estimate: Estimate, margin: float, alpha: float) -> float:
    """Share that end better, equivalent or negligible; see `decide`."""
    of_units, of_examples = study.mean_square / study.searches, estimate.example_variance

    def half(level: float) -> NDArray[np.float64]:
        by_unit = special.stdtrit(study.searches - 1, 1 - level / 2)
        by_example = special.stdtrit((estimate.examples or math.inf) - 1, 1 - level / 2)
        weighted = of_units * by_unit + of_examples * by_example
        return np.asarray(weighted / np.sqrt(of_units + of_examples), dtype=np.float64)

    size = np.abs(study.value)
    detected = (size > half(alpha)) & (size >= margin)
    return float((detected | (size + half(2 * alpha) < margin)).mean())
