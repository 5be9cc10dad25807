"""What the runners of epochs share, and what each model keeps of its own."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from search_spaces.cells import Cell
from study.training.runners.epoch_runner import EpochRunner
from study.training.runners.on_tensorflow import TensorFlowRunner
from study.training.runners.padding import pad_widths
from tests.support.small_models import GRU, SCHEDULE, fit, go_on, model, runner, split


@pytest.mark.parametrize("classes", [2, 3])
def test_evaluation_is_that_of_keras(classes: int) -> None:
    held_out, untrained = split(700, classes), model(classes=classes)
    losses, correct = runner(untrained, classes=classes).evaluate(held_out)
    probabilities = untrained.predict_on_batch(held_out.inputs)
    if classes == 2:
        probabilities = np.hstack([1 - probabilities, probabilities])
    chosen = probabilities[np.arange(700), held_out.labels]
    assert losses.mean() == pytest.approx(-np.log(chosen).mean(), abs=1e-5)
    np.testing.assert_array_equal(correct, probabilities.argmax(axis=1) == held_out.labels)


def test_models_of_other_widths_and_rates_share_what_is_compiled() -> None:
    def runs(**changes: Any) -> EpochRunner:
        candidate = replace(GRU, cell=Cell.LSTM, units=3, dropout=0.1)
        candidate = replace(candidate, **changes)
        return runner(model(candidate), candidate)

    assert runs() is runs(units=16, dropout=0.4, learning_rate=0.1, batch_size=32)
    assert runs() is not runs(units=17)
    assert runs() is not runs(dropout=0.0)
    assert runs() is not runs(cell=Cell.GRU)


def test_a_cell_without_a_fast_loop_is_not_padded() -> None:
    assert pad_widths(GRU).units == 16
    assert pad_widths(replace(GRU, cell=Cell.SIMPLE_RNN)).units == 5


def test_dropout_rates_are_those_of_the_model_at_hand() -> None:
    def loss(rate: float) -> float:
        candidate = replace(GRU, units=16, dropout=rate, learning_rate=0.0)
        data = split(64, 3), split(8, 3)
        schedule = SCHEDULE | {"epochs": 1}
        return fit(runner(model(candidate), candidate), data, on_look=go_on, **schedule).best.loss

    undropped = loss(0.0)
    assert abs(loss(1e-6) - undropped) < 1e-4 < abs(loss(0.9) - undropped)


class CountingRunner(TensorFlowRunner):
    """A runner that counts the programs it makes for training."""

    programs = 0

    def _train_steps(self, *tensors: Any) -> tuple[Any, Any]:
        self.programs += 1
        return super()._train_steps(*tensors)


def test_the_parts_of_an_epoch_share_a_program_and_train_as_the_whole_does() -> None:
    wide, data = pad_widths(GRU), split(41, 3)
    runs, order = CountingRunner(model(wide), wide), np.random.default_rng(0).permutation(41)

    def trained(*parts: slice) -> list[NDArray[Any]]:
        runs.load(model(), GRU)
        runs.start()
        sums = [len(order[part]) * np.array(runs.train(data, order[part])) for part in parts]
        return [*runs.weights(), np.sum(sums, axis=0) / 41]

    whole, parts = trained(slice(0, 41)), trained(slice(0, 16), slice(16, 41))
    for expected, found in zip(whole, parts, strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    assert runs.programs == 1
