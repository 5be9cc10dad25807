"""Intervals cover at their rate and false alarms stay at their level, on known truths."""

import math

import numpy as np
import pytest

from tests.reports.comparison.calibration import (
    EXAMPLES,
    LEAST,
    MOST,
    PLAIN,
    SEARCHES,
    TAILS,
    TRUTHS,
    Condition,
    Kind,
    calibrate,
    conditions,
    simulate,
    table,
)

COVERED = ("headline", "mean", "next study", "next search")
FALSE_ALARMS = ("falsely better", "falsely small")


def assert_calibrated(condition: Condition, studies: int) -> None:
    """Within 3.3 standard errors of the simulation: 1 in 2,000 by chance, and seeded."""
    noise = 3.3 * math.sqrt(0.05 * 0.95 / studies)
    for plan, tally in calibrate(condition, studies).items():
        for event in COVERED:
            if event in tally.sums:
                assert tally.rate(event) >= 0.95 - noise, f"{condition}, {plan}: {event}"
        for event in FALSE_ALARMS:
            assert tally.rate(event) <= 0.05 + noise, f"{condition}, {plan}: {event}"


@pytest.mark.parametrize("truth", [0.0, 0.005])
def test_calibrated_in_few_studies(truth: float) -> None:
    assert_calibrated(Condition(EXAMPLES[0], truth), studies=120)


@pytest.mark.slow
@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("truth", TRUTHS)
def test_calibrated_in_a_thousand_studies(examples: int, truth: float) -> None:
    assert_calibrated(Condition(examples, truth), studies=1_000)


def test_collapses_that_a_study_has_not_seen_are_not_in_its_interval() -> None:
    """What no interval can promise; the cells as they are without them are covered."""
    tally = calibrate(Condition(EXAMPLES[0], 0.0, TAILS), studies=80)["12"]
    assert tally.rate("headline") < 0.95
    assert tally.rate("usual") > 0.9


@pytest.mark.parametrize("kind", [PLAIN, TAILS])
def test_the_simulated_truth_is_the_truth(kind: Kind) -> None:
    random = np.random.default_rng(0)
    condition = Condition(2_400, 0.01, kind)
    found = [
        float(study.budgets[0].correct["first"].mean() - study.budgets[0].correct["second"].mean())
        for study in (simulate(random, condition) for _ in range(200))
    ]
    assert np.mean(found) == pytest.approx(0.01, abs=float(4 * np.std(found) / math.sqrt(200)))


def test_a_study_ends_when_it_is_decided() -> None:
    tally = calibrate(Condition(EXAMPLES[0], 0.05), studies=20)[f"{LEAST}..{MOST}"]
    assert LEAST <= tally.rate("searches") < MOST - 1
    assert tally.rate("better") == 1


def test_the_table_has_a_row_for_every_condition_and_plan() -> None:
    lines = table(studies=1, parts=1).splitlines()
    assert len(lines) == 2 + len(list(conditions())) * (len(SEARCHES) + 1)
    assert len({line.count("|") for line in lines}) == 1
