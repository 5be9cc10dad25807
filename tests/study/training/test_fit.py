import math
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.datasets.dataset import Split
from study.training import fit as training
from study.training.curve import CurvePoint
from study.training.fit import Fit, NonFiniteLossError, Schedule, looks_an_epoch
from study.training.model import build, compile_model
from study.training.runners.choice import runner_for
from study.training.runners.epoch_runner import EpochRunner
from study.training.runners.on_any_backend import GenericRunner
from study.training.runners.on_tensorflow import TensorFlowRunner
from study.training.runners.padding import pad_widths
from tests.support.commands import ROOT

STEPS, VOCABULARY = 6, 12
SCHEDULE: dict[str, Any] = {"epochs": 3, "patience": 3, "seed": 5}
GRU = Candidate(cell=Cell.GRU, units=5, embedding=4, learning_rate=0.01, batch_size=16)


def split(examples: int, classes: int, seed: int = 0) -> Split:
    tokens = np.random.default_rng(seed).integers(0, VOCABULARY, (examples, STEPS))
    labels = (tokens[:, -1] + tokens[:, -2]) % classes
    return Split(tokens.astype(np.int32), labels.astype(np.int32))


def model(candidate: Candidate = GRU, classes: int = 3, seed: int = 0) -> keras.Model:
    keras.backend.clear_session()
    return build(candidate, task(classes), STEPS, seed=seed)


def task(classes: int = 3) -> Task:
    return Task(VOCABULARY, classes, embedding=4)


def runner(model: keras.Model, candidate: Candidate = GRU, classes: int = 3) -> EpochRunner:
    return runner_for(model, candidate, task(classes))


def fit(
    runs: EpochRunner, data: tuple[Split, Split], *, epochs: int, patience: float, **others: Any
) -> Fit:
    return training.fit(runs, data, Schedule(epochs, patience), **others)


def go_on(_: int, __: CurvePoint) -> bool:
    return True


@pytest.mark.parametrize(
    ("candidate", "classes"),
    [
        (GRU, 2),
        (replace(GRU, cell=Cell.LSTM, units=17), 3),
        (replace(GRU, cell=Cell.GRU_RESET_BEFORE, units=4), 3),
        (replace(GRU, cell=Cell.LSTM, units=3, layers=2, bidirectional=True), 3),
        (replace(GRU, layers=2, bidirectional=True), 3),
        (replace(GRU, cell=Cell.SIMPLE_RNN, units=4), 2),
    ],
    ids=["gru", "lstm", "gru-reset-before", "stacked-lstm", "stacked-gru", "stock"],
)
@pytest.mark.parametrize("generic", [False, True], ids=["own", "generic"])
def test_weights_and_measures_are_those_of_keras_own_steps(
    candidate: Candidate, classes: int, generic: bool
) -> None:
    training, validation = split(41, classes), split(20, classes, seed=1)  # 41: 16 + 16 + 9
    ours = model(candidate, classes)
    theirs = keras.models.clone_model(ours)
    theirs.set_weights(ours.get_weights())
    compile_model(theirs, candidate, weighted_metrics=["accuracy"])
    runs: EpochRunner = GenericRunner() if generic else runner(ours, candidate, classes)
    runs.load(ours, candidate)

    fitted = fit(runs, (training, validation), on_look=go_on, **SCHEDULE)

    orders = np.random.default_rng(SCHEDULE["seed"])
    for epoch in fitted.curve:
        order = orders.permutation(41)
        tokens, labels = training.inputs[order], training.labels[order]
        measured = theirs.fit(tokens, labels, batch_size=16, shuffle=False, verbose=0).history
        assert epoch.loss == pytest.approx(measured["loss"][0], abs=1e-4)
        assert epoch.accuracy == pytest.approx(measured["accuracy"][0])
        expected = theirs.evaluate(*validation, verbose=0)
        assert epoch.validation_loss == pytest.approx(expected[0], abs=1e-4)
        assert epoch.validation_accuracy == pytest.approx(expected[1])
        if epoch == fitted.best:
            best = theirs.get_weights()
    for weight, reference in zip(fitted.weights, best, strict=True):
        np.testing.assert_allclose(weight, reference, rtol=0, atol=1e-4)


def test_the_weights_are_those_of_the_best_look() -> None:
    validation = split(64, 3, seed=1)
    candidate = replace(GRU, learning_rate=0.1)
    trained = model(candidate)
    schedule = SCHEDULE | {"epochs": 30, "patience": 4}
    splits = split(64, 3), validation
    fitted = fit(runner(trained, candidate), splits, on_look=go_on, **schedule)
    trained.set_weights(fitted.weights)
    losses, correct = runner(trained, candidate).evaluate(validation)
    assert fitted.best in fitted.curve[:-1]
    assert losses.mean() == pytest.approx(fitted.best.validation_loss)
    assert correct.mean() == fitted.best.validation_accuracy


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


def trained_weights(seed: int, order: int = 5) -> list[NDArray[Any]]:
    candidate = replace(GRU, dropout=0.3, recurrent_dropout=0.2)
    data = split(50, 3), split(20, 3, seed=1)
    runs = runner(model(candidate, seed=seed), candidate)
    return fit(runs, data, on_look=go_on, **SCHEDULE | {"seed": order}).weights


def same(some: list[NDArray[Any]], others: list[NDArray[Any]]) -> bool:
    return all(map(np.array_equal, some, others))


def test_the_same_seeds_give_the_same_weights_whatever_was_trained_in_between() -> None:
    first = trained_weights(seed=1)
    assert not same(first, trained_weights(seed=2))
    assert not same(first, trained_weights(seed=1, order=6))
    assert same(first, trained_weights(seed=1))


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


def test_a_loss_that_is_not_finite_is_an_error() -> None:
    candidate = replace(GRU, learning_rate=math.inf)
    runs, data = runner(model(candidate), candidate), (split(64, 3), split(8, 3))
    with pytest.raises(NonFiniteLossError, match="epoch 1; a lower learning rate"):
        fit(runs, data, on_look=go_on, **SCHEDULE)


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


JAX = """
from tests.study.training.test_fit import *
candidate = replace(GRU, dropout=0.1, recurrent_dropout=0.1)
trained = model(candidate)
schedule = SCHEDULE | {"epochs": 20, "patience": 20}
data = split(100, 3), split(30, 3, seed=1)
fitted = fit(runner(trained, candidate), data, on_look=go_on, **schedule)
trained.set_weights(fitted.weights)
losses, correct = runner(trained, candidate).evaluate(data[1])
assert abs(losses.mean() - fitted.best.validation_loss) < 1e-5
assert correct.mean() == fitted.best.validation_accuracy
assert fitted.curve[-1].loss < fitted.curve[0].loss
print(keras.backend.backend())
"""


def test_on_jax_it_trains_too() -> None:
    pytest.importorskip("jax", reason="JAX is an optional extra")
    done = subprocess.run(
        [sys.executable, "-c", JAX],
        env=os.environ | {"KERAS_BACKEND": "jax"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "jax", done.stderr
