"""A model's training: as Keras' own, and the same again."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.training.fit import NonFiniteLossError
from study.training.model import compile_model
from study.training.runners.epoch_runner import EpochRunner
from study.training.runners.on_any_backend import GenericRunner
from tests.support.commands import ROOT
from tests.support.small_models import GRU, SCHEDULE, fit, go_on, model, runner, split


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


def test_a_loss_that_is_not_finite_is_an_error() -> None:
    candidate = replace(GRU, learning_rate=math.inf)
    runs, data = runner(model(candidate), candidate), (split(64, 3), split(8, 3))
    with pytest.raises(NonFiniteLossError, match="epoch 1; a lower learning rate"):
        fit(runs, data, on_look=go_on, **SCHEDULE)


JAX = """
from dataclasses import replace

import keras

from tests.support.small_models import GRU, SCHEDULE, fit, go_on, model, runner, split

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
