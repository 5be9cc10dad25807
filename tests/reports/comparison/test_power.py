"""Numbers of seeds, against simulation."""

import math

import numpy as np
import pytest

from reports.comparison.estimate import Estimate, Interval
from reports.comparison.power import MOST_SEEDS, seeds_to_decide
from reports.comparison.verdict import Outcome, decide


def decided(random: np.random.Generator, estimate: Estimate, seeds: int) -> float:
    """Share of simulated studies of one budget, with the estimate as the truth, that decide."""
    deviation = math.sqrt(estimate.seed_variances[0])
    error = math.sqrt(estimate.example_variance)
    outcomes = []
    for _ in range(2_000):
        sample = random.normal(estimate.value, deviation, seeds) + random.normal(0, error)
        study = Estimate(
            float(sample.mean()),
            (seeds,),
            (float(sample.var(ddof=1)),),
            estimate.example_variance,
            estimate.examples,
        )
        outcomes.append(decide(study.value, study.interval(), study.interval(0.9), 0.005))
    return 1 - outcomes.count(Outcome.UNDECIDED) / len(outcomes)


@pytest.mark.parametrize(
    "estimate",
    [
        Estimate(0.009, (5,), (0.01**2,)),
        Estimate(0.0005, (5,), (0.006**2,)),
        Estimate(0.010, (3,), (0.01**2,), 0.0015**2, 25_000),
        Estimate(0.001, (3,), (0.005**2,), 0.0005**2, 25_000),
    ],
    ids=["better", "equivalent", "better, examples", "equivalent, examples"],
)
def test_the_seeds_proposed_decide_about_four_times_in_five(estimate: Estimate) -> None:
    seeds = seeds_to_decide(estimate, 0.005)
    assert seeds is not None
    assert seeds > estimate.seeds[0]
    random = np.random.default_rng(seeds)
    assert decided(random, estimate, seeds) == pytest.approx(0.8, abs=0.06)
    assert decided(random, estimate, max(2, seeds // 2)) < 0.72


def test_a_small_test_sample_is_decided_by_no_seeds() -> None:
    assert seeds_to_decide(Estimate(0.002, (5,), (1e-5,), 0.004**2, 2_400), 0.005) is None


def test_an_unknown_spread_proposes_nothing() -> None:
    assert seeds_to_decide(Estimate(0.01, (1,), (math.nan,)), 0.005) is None


def test_budgets_keep_the_seeds_they_have() -> None:
    estimate = Estimate(0.0, (12, 3), (1e-5, 1e-5)).with_seeds(5)
    assert estimate.seeds == (12, 5)
    assert estimate.interval() != Interval(0, 0)
    assert MOST_SEEDS >= 100
