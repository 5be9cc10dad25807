"""When a training is looked at, and when it ends."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from search_spaces.candidate import Candidate
from study.datasets.dataset import Split
from study.training.fit import Fit, looks_an_epoch
from study.training.runners.epoch_runner import EpochRunner
from tests.support.small_models import SCHEDULE, fit, go_on, split


class ScriptedRunner(EpochRunner):
    """A runner that measures what it is told to; its weights are the look's number."""

    batch_size = 1

    def __init__(self, losses: Sequence[float]) -> None:
        self._script = iter(losses)
        self.parts: list[NDArray[Any]] = []

    def load(self, model: Any, candidate: Candidate) -> None: ...

    def start(self) -> None: ...

    def train(self, split: Split, order: Any) -> tuple[float, float]:
        self.parts.append(order)
        return 1.0, 0.5

    def answers(self, split: Split) -> tuple[NDArray[Any], NDArray[Any]]:
        raise NotImplementedError

    def evaluate(self, split: Split) -> tuple[NDArray[Any], NDArray[Any]]:
        return np.array([next(self._script)]), np.array([True])

    def weights(self) -> list[NDArray[Any]]:
        return [np.array(len(self.parts))]


def scripted(losses: Sequence[float], examples: int = 4, **schedule: Any) -> Fit:
    """A training whose looks find these validation losses, in batches of one example."""
    splits = split(examples, 3), split(4, 3)
    usual: dict[str, Any] = {"epochs": 5, "patience": 2, "seed": 5, "on_look": go_on}
    return fit(ScriptedRunner(losses), splits, **usual | schedule)


def test_the_lowest_loss_is_best_and_of_equals_the_first() -> None:
    fitted = scripted([1.0, 0.8, 0.9, 0.8, 0.8], patience=5)
    assert fitted.weights == [2]
    assert fitted.best == fitted.curve[1]


def test_patience_counts_epochs_without_a_lower_loss() -> None:
    fitted = scripted([1.0, 0.7, 0.8, 0.7, 0.6])
    assert len(fitted.curve) == 4
    assert (fitted.stopped, fitted.at_epoch_cap) == (False, False)


def test_in_a_long_epoch_patience_counts_epochs_not_looks() -> None:
    looks = [0.9, *[1.0] * 20]  # four an epoch
    assert scripted(looks, examples=512).curve[-1].epoch == 2.25
    assert scripted(looks, examples=512, patience=0.5).curve[-1].epoch == 0.75


@pytest.mark.parametrize(("last", "cut_off"), [(0.5, True), (0.7, True), (0.8, False)])
def test_only_what_still_had_patience_ended_at_the_cap(last: float, cut_off: bool) -> None:
    before = [1.0, 0.9, 0.8, 0.7 if last < 0.8 else 0.9]
    fitted = scripted([*before, last])
    assert len(fitted.curve) == 5
    assert fitted.at_epoch_cap is cut_off


def test_the_caller_stops_it() -> None:
    fitted = scripted([1.0] * 5, on_look=lambda look, _: look < 2)
    assert len(fitted.curve) == 2
    assert (fitted.stopped, fitted.at_epoch_cap) == (True, False)
    assert fitted.weights == [1]


@pytest.mark.parametrize("schedule", [{"epochs": 0}, {"patience": 0}])
def test_no_epoch_at_all_is_refused(schedule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least one epoch"):
        scripted([1.0], **schedule)


@pytest.mark.parametrize(
    ("steps", "looks"), [(1, 1), (128, 1), (255, 1), (256, 2), (511, 2), (512, 4), (10_000, 4)]
)
def test_a_long_epoch_is_looked_at_more_than_once(steps: int, looks: int) -> None:
    assert looks_an_epoch(steps) == looks


def test_the_parts_of_an_epoch_are_whole_batches_of_every_example_once() -> None:
    runs, splits = ScriptedRunner([1.0] * 8), (split(1030, 3), split(4, 3))
    runs.batch_size = 2  # 515 steps
    fitted = fit(runs, splits, on_look=go_on, **SCHEDULE | {"epochs": 2})
    assert [point.epoch for point in fitted.curve] == [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
    assert [len(part) for part in runs.parts] == [256, 258, 258, 258] * 2
    orders = np.random.default_rng(SCHEDULE["seed"])
    for epoch in (runs.parts[:4], runs.parts[4:]):
        np.testing.assert_array_equal(np.concatenate(epoch), orders.permutation(1030))
