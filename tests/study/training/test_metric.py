"""What a training measures and keeps where every class counts alike."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from study.datasets.dataset import Split
from study.datasets.metric import Metric
from study.training.fit import Fit, Schedule, fit
from tests.study.training.test_schedule import ScriptedRunner
from tests.support.small_models import GRU, go_on, model, runner, split

BALANCED = Metric.BALANCED_ACCURACY
LABELS = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 2], np.int32)


def by_class(values: NDArray[Any], labels: NDArray[Any]) -> float:
    return float(np.mean([values[labels == label].mean() for label in np.unique(labels)]))


def test_validation_is_measured_by_class_and_training_by_example() -> None:
    training = split(64, 3)
    tokens = split(200, 3, seed=1).inputs
    validation = Split(tokens, np.repeat(LABELS, 20))

    def trained(metric: Metric) -> Fit:
        schedule, candidate = Schedule(4, 4), replace(GRU, learning_rate=0.03)
        runs, data = runner(model(candidate), candidate), (training, validation)
        return fit(runs, data, schedule, seed=5, on_look=go_on, metric=metric)

    plain, balanced = trained(Metric.ACCURACY), trained(BALANCED)
    for one, other in zip(plain.curve, balanced.curve, strict=True):
        assert (one.loss, one.accuracy) == (other.loss, other.accuracy)
        assert one.validation_loss != other.validation_loss
    for found in (plain, balanced):
        final = model()
        final.set_weights(found.weights)
        losses, correct = runner(final).evaluate(validation)
        measure = by_class if found is balanced else lambda values, _: values.mean()
        labels = validation.labels
        assert found.best.validation_loss == pytest.approx(measure(losses, labels), rel=1e-5)
        assert found.best.validation_accuracy == pytest.approx(measure(correct, labels))


class ByExample(ScriptedRunner):
    """Measures each validation example as it is told."""

    def __init__(self, looks: Sequence[tuple[float, float]]) -> None:
        super().__init__([])
        self._looks = iter(looks)

    def evaluate(self, split: Split) -> tuple[NDArray[Any], NDArray[Any]]:
        frequent, rare = next(self._looks)
        losses = np.where(LABELS == 0, frequent, rare)
        return losses, losses < 0.7


# The loss of the frequent class and of the two rare ones, look by look.
LOOKS = [(0.6, 1.5), (0.5, 1.6), (0.4, 1.7), (0.8, 0.9), (0.3, 1.9), (0.2, 2.0)]


@pytest.mark.parametrize(
    ("metric", "best", "accuracy"), [(Metric.ACCURACY, 5, 0.8), (BALANCED, 3, 0.0)]
)
def test_what_is_kept_is_best_by_the_metric(metric: Metric, best: int, accuracy: float) -> None:
    data = split(1, 3), Split(split(10, 3).inputs, LABELS)
    fitted = fit(ByExample(LOOKS), data, Schedule(6, 9), seed=0, on_look=go_on, metric=metric)
    assert fitted.best is fitted.curve[best]
    assert fitted.weights == [best + 1]
    assert fitted.best.validation_accuracy == pytest.approx(accuracy)
    frequent, rare = LOOKS[best]
    share = 0.8 if metric is Metric.ACCURACY else 1 / 3
    assert fitted.best.validation_loss == pytest.approx(share * frequent + (1 - share) * rare)


def test_patience_is_with_the_loss_of_the_metric() -> None:
    data = split(1, 3), Split(split(10, 3).inputs, LABELS)
    falling = [(1.0 - 0.1 * look, 1.0 + 0.2 * look) for look in range(6)]

    def looks(metric: Metric) -> int:
        runs, schedule = ByExample(falling), Schedule(6, 2)
        return len(fit(runs, data, schedule, seed=0, on_look=go_on, metric=metric).curve)

    assert (looks(Metric.ACCURACY), looks(BALANCED)) == (6, 3)
