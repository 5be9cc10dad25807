"""How many searches a question needs."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from reports.comparison.estimate import Estimate

MOST_SEARCHES = 100
"""More searches than this are not proposed: nobody would run them."""

DRAWS = 2_000


def searches_to_decide(
    estimate: Estimate, margin: float, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """Searches in all with which the verdict's rule would decide, with probability `power`.

    The probability is predictive (Spiegelhalter, Freedman & Blackburn 1986, Control. Clin.
    Trials 7): true difference and spread are drawn from what the searches so far say of them
    (normal, non-informative prior), the searches still to come from these, and the rule is
    asked of all of them together, either way of deciding. It does not take the estimate for
    the truth. None where the spread is unknown, or `MOST_SEARCHES` would not do: because the
    test split is too small, or the difference too near the margin.
    """
    if estimate.interval() is None or estimate.mean_square <= 0:
        return None
    now = estimate.units
    random = np.random.default_rng(0)
    spread = estimate.mean_square * (now - 1) / random.chisquare(now - 1, DRAWS)
    truth = estimate.value + random.standard_normal(DRAWS) * np.sqrt(spread / now)
    luck = random.standard_normal(DRAWS)
    rest = random.random(DRAWS)
    for searches in range(now + 1, MOST_SEARCHES + 1):
        more = searches - now
        mean_of_more = truth + luck * np.sqrt(spread / more)
        squares = (
            estimate.mean_square * (now - 1)
            + (2 * spread * special.gammaincinv((more - 1) / 2, rest) if more > 1 else 0.0)
            + (mean_of_more - estimate.value) ** 2 * now * more / searches
        )
        value = (now * estimate.value + more * mean_of_more) / searches
        study = _Studies(value, squares / (searches - 1), searches)
        if _share_decided(study, estimate, margin, alpha) >= power:
            return searches
    return None


class _Studies(NamedTuple):
    """Drawn studies of one number of searches: (draws,)."""

    value: NDArray[np.float64]
    mean_square: NDArray[np.float64]
    searches: int


def _share_decided(studies: _Studies, estimate: Estimate, margin: float, alpha: float) -> float:
    """Share of the studies that end better, equivalent or negligible; see `decide`."""
    of_units = studies.mean_square / studies.searches
    of_examples = estimate.example_variance

    def half(level: float) -> NDArray[np.float64]:
        by_unit = special.stdtrit(studies.searches - 1, 1 - level / 2)
        by_example = special.stdtrit((estimate.examples or math.inf) - 1, 1 - level / 2)
        weighted = of_units * by_unit + of_examples * by_example
        return np.asarray(weighted / np.sqrt(of_units + of_examples), dtype=np.float64)

    size = np.abs(studies.value)
    detected = (size > half(alpha)) & (size >= margin)
    within = size + half(2 * alpha) < margin
    return float((detected | within).mean())
