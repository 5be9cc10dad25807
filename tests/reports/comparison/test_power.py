"""Numbers of searches, against simulation."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate
from reports.comparison.outcome import Outcome, decide
from reports.comparison.power import MOST_SEARCHES, searches_to_decide

MARGIN = 0.005


def studied(values: NDArray[np.float64], example_variance: float) -> Estimate:
    spread = float(values.var(ddof=1))
    return Estimate(float(values.mean()), len(values), spread, example_variance, 5_000)


def is_decided(estimate: Estimate) -> bool:
    outcome = decide(estimate.value, estimate.interval(), estimate.interval(0.9), MARGIN)
    return outcome is not Outcome.UNDECIDED


@pytest.mark.parametrize(("power", "least", "most"), [(0.8, 0.72, 0.97), (0.5, 0.4, 0.72)])
def test_the_searches_proposed_decide_as_often_as_is_said(
    power: float, least: float, most: float
) -> None:
    """Over true differences that spread by a point, the next searches are as often enough."""
    random = np.random.default_rng(0)
    ends: list[bool] = []
    while len(ends) < 120:
        truth, shift = random.normal(0, 0.01), random.normal(0, 0.001)
        values = random.normal(truth + shift, random.uniform(0.006, 0.012), MOST_SEARCHES)
        now = studied(values[:4], 0.001**2)
        if is_decided(now) or not (searches := searches_to_decide(now, MARGIN, power=power)):
            continue
        ends.append(is_decided(studied(values[:searches], 0.001**2)))
    assert least <= np.mean(ends) <= most


def test_a_stricter_level_takes_more_searches() -> None:
    estimate = Estimate(0.012, 4, 0.008**2, 1e-7, 5_000)
    loose, strict = (searches_to_decide(estimate, MARGIN, alpha) for alpha in (0.05, 0.01))
    assert loose is not None
    assert strict is not None
    assert 4 < loose < strict


def test_either_way_of_deciding_counts() -> None:
    assert searches_to_decide(Estimate(0.0002, 8, 0.004**2, 1e-7, 25_000), MARGIN) is not None


def test_a_small_test_split_is_decided_by_no_searches() -> None:
    assert searches_to_decide(Estimate(0.002, 5, 1e-5, 0.004**2, 2_400), MARGIN) is None


def test_an_unknown_spread_proposes_nothing() -> None:
    assert searches_to_decide(Estimate(0.01, 1, math.nan, 1e-6, 2_400), MARGIN) is None
    assert searches_to_decide(Estimate(0.01, 3, 0.0, 1e-6, 2_400), MARGIN) is None
