"""The intervals and predictions of a pair of cells."""

import numpy as np
import pytest
from scipy import stats

from tests.support.made_up.answers import runs, verdict_of


def test_the_interval_is_the_searches_and_the_examples() -> None:
    verdict = verdict_of(runs({"lstm": 0.80, "gru": 0.81}, luck=0.01))
    pair = verdict.headline
    by_hand = stats.ttest_1samp(pair.differences, 0).confidence_interval(0.95)
    assert pair.interval is not None
    assert pair.interval.low < by_hand.low
    assert pair.interval.high > by_hand.high
    assert pair.interval.high == pytest.approx(by_hand.high, abs=0.002)


def test_predictions_are_students() -> None:
    pair = verdict_of(runs({"lstm": 0.80, "gru": 0.81}, luck=0.01)).headline
    t, spread = stats.t.ppf(0.975, 5), pair.differences.std(ddof=1)
    for found, parts in ((pair.prediction, 2 / 6), (pair.search_prediction, 1 + 1 / 6)):
        half = t * spread * np.sqrt(parts)
        assert found == pytest.approx((pair.difference - half, pair.difference + half))


def test_a_stricter_look_has_wider_intervals() -> None:
    budget = runs({"lstm": 0.80, "gru": 0.81}, luck=0.01)
    plain, strict = (verdict_of(budget, alpha=alpha).headline for alpha in (0.05, 0.01))
    assert plain.interval == plain.estimate.interval(0.95)
    assert plain.equivalence_interval == plain.estimate.interval(0.9)
    assert strict.interval == strict.estimate.interval(0.99)
    assert strict.equivalence_interval == strict.estimate.interval(0.98)
    assert strict.prediction == plain.prediction


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_intervals_of_all_pairs_agree_with_holm(alpha: float) -> None:
    accuracies = {"a": 0.80, "b": 0.805, "c": 0.812}
    for limit in range(100, 130):
        verdict = verdict_of(runs(accuracies, limit=limit, luck=0.005), alpha=alpha)
        for pair in verdict.comparisons:
            assert pair.interval is not None
            assert pair.interval.excludes_zero() == (pair.p_value <= alpha)
            assert alpha / 3 <= pair.level <= alpha
