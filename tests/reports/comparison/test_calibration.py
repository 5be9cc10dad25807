"""Intervals cover at their rate and false alarms stay at their level, on known truths."""

import math

import numpy as np
import pytest

from reports.comparison.estimate import mean_difference
from reports.comparison.runs import PairedRuns
from tests.reports.comparison.calibration import EXAMPLES, calibrate, simulate, table

COVERED = {"budget, both": 0.95, "overall, 95 %": 0.95, "overall, 90 %": 0.9}
FALSE_ALARMS = ("falsely better", "same, any budget", "falsely small")


def assert_calibrated(studies: int, examples: int) -> None:
    """Within 3.3 standard errors of the simulation: 1 in 2,000 by chance, and seeded."""
    for truth, tallies in calibrate(studies, examples):
        for seeds, tally in tallies.items():
            condition = f"truth {truth}, {seeds} seeds, {examples} examples"
            for event, level in COVERED.items():
                noise = 3.3 * math.sqrt(level * (1 - level) / studies)
                assert tally.rate(event) >= level - noise, f"{condition}: {event}"
            for event in FALSE_ALARMS:
                noise = 3.3 * math.sqrt(0.05 * 0.95 / studies)
                assert tally.rate(event) <= 0.05 + noise, f"{condition}: {event}"


def test_calibrated_in_few_studies() -> None:
    assert_calibrated(studies=200, examples=EXAMPLES[0])


@pytest.mark.slow
@pytest.mark.parametrize("examples", EXAMPLES)
def test_calibrated_in_two_thousand_studies(examples: int) -> None:
    assert_calibrated(studies=2_000, examples=examples)


def test_the_simulated_truth_is_the_truth() -> None:
    random = np.random.default_rng(0)
    found = [
        float(np.mean([budget.differences.mean() for budget in simulate(random, 0.01, 12, 2_400)]))
        for _ in range(300)
    ]
    assert np.mean(found) == pytest.approx(0.01, abs=float(4 * np.std(found) / math.sqrt(300)))


def test_the_table_has_a_row_for_every_condition() -> None:
    lines = table(studies=2).splitlines()
    assert len(lines) == 2 + 2 * 4 * 3
    assert len({line.count("|") for line in lines}) == 1


def test_the_percentile_bootstrap_covers_less_with_three_seeds() -> None:
    """Why the intervals are not a crossed bootstrap: three seeds resampled vary too little."""
    random = np.random.default_rng(0)
    studies, draws, seeds, examples = 300, 200, 3, 400
    bootstrap = ours = 0
    for _ in range(studies):
        gains = random.normal(0, 0.15, (seeds, 1))
        first = random.random((seeds, examples)) < 0.5 + gains
        second = random.random((seeds, examples)) < 0.5
        by_seed = random.multinomial(seeds, [1 / seeds] * seeds, draws) / seeds
        by_example = random.multinomial(examples, [1 / examples] * examples, draws) / examples
        table = first.astype(np.float64) - second
        means = ((by_example @ table.T) * by_seed).sum(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        bootstrap += low <= 0 <= high
        bounds = mean_difference([PairedRuns(1, first, second)], over_examples=True).interval()
        assert bounds is not None
        ours += bounds.low <= 0 <= bounds.high
    assert bootstrap / studies < 0.9
    assert ours / studies >= 0.93
