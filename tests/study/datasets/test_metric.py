import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.datasets.metric import Metric, mean

BALANCED = Metric.BALANCED_ACCURACY
LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(np.array)


def test_an_example_counts_the_more_the_rarer_its_class_is() -> None:
    weights = BALANCED.weights(np.array([0, 0, 0, 1]))
    assert weights is not None
    assert weights.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
    assert mean(np.array([True, True, False, False]), weights) == pytest.approx((2 / 3 + 0) / 2)
    assert mean(np.array([0.3, 0.6, 0.9, 2.0]), weights) == pytest.approx((0.6 + 2.0) / 2)


def test_for_accuracy_every_example_counts_alike_to_the_last_digit() -> None:
    losses = np.random.default_rng(0).random(1_025, np.float32)
    weights = Metric.ACCURACY.weights(np.arange(1_025) % 3)
    assert weights is None
    assert mean(losses, weights) == float(losses.mean())


@given(LABELS, st.integers(0, 2**32 - 1))
def test_balanced_accuracy_is_the_mean_of_the_shares_of_the_classes(
    labels: np.ndarray, seed: int
) -> None:
    correct = np.random.default_rng(seed).random(len(labels)) < 0.6
    weights = BALANCED.weights(labels)
    assert weights is not None
    assert weights.mean() == pytest.approx(1)
    shares = [correct[labels == label].mean() for label in set(labels.tolist())]
    assert mean(correct, weights) == pytest.approx(np.mean(shares))


@given(LABELS, st.integers(0, 4), st.sampled_from(Metric))
def test_what_one_class_scores_and_how_much_the_examples_say(
    labels: np.ndarray, answered: int, metric: Metric
) -> None:
    counts = np.bincount(labels, minlength=5).tolist()
    weights = metric.weights(labels)
    assert metric.of_one_class(counts, answered) == pytest.approx(mean(labels == answered, weights))
    each = np.ones(len(labels)) if weights is None else weights
    assert metric.effective_examples(counts) == pytest.approx(each.sum() ** 2 / (each**2).sum())
