"""Models of series of numbers: no embedding, and the same training as of tokens."""

import keras
import numpy as np
import pytest

from search_spaces.candidate import Candidate, Scope, Task
from search_spaces.cells import Cell
from study.datasets.dataset import Split
from study.training.fit import Schedule, fit
from study.training.model import build, compile_model
from study.training.runners.choice import runner_for
from study.training.runners.on_any_backend import GenericRunner

STEPS, FEATURES = 6, 3
TASK = Task(vocabulary=0, classes=3, embedding=FEATURES)
LSTM = Candidate(cell=Cell.LSTM, units=5, embedding=FEATURES, learning_rate=0.02, batch_size=16)


def split(examples: int, seed: int) -> Split:
    values = np.random.default_rng(seed).normal(size=(examples, STEPS, FEATURES))
    return Split(values.astype(np.float32), values[:, -1].argmax(axis=1).astype(np.int32))


def test_the_size_is_counted_without_an_embedding() -> None:
    for candidate in (LSTM, Candidate(cell=Cell.GRU, units=4, embedding=FEATURES, layers=2)):
        counted = candidate.parameters(Scope.MODEL, TASK)
        assert counted == build(candidate, TASK, STEPS, seed=0).count_params()


@pytest.mark.parametrize("generic", [False, True], ids=["own", "generic"])
def test_training_is_that_of_keras_own_steps(generic: bool) -> None:
    training, validation = split(41, 0), split(20, 1)
    ours = build(LSTM, TASK, STEPS, seed=0)
    theirs = keras.models.clone_model(ours)
    theirs.set_weights(ours.get_weights())
    compile_model(theirs, LSTM, weighted_metrics=["accuracy"])
    runner = GenericRunner() if generic else runner_for(ours, LSTM, TASK)
    runner.load(ours, LSTM)

    fitted = fit(runner, (training, validation), Schedule(2, 2), seed=5, on_look=lambda *_: True)

    orders = np.random.default_rng(5)
    for look in fitted.curve:
        order = orders.permutation(41)
        told = theirs.fit(
            training.inputs[order], training.labels[order], batch_size=16, shuffle=False, verbose=0
        )
        assert look.loss == pytest.approx(told.history["loss"][0], abs=1e-4)
        assert look.validation_loss == pytest.approx(
            theirs.evaluate(*validation, verbose=0)[0], abs=1e-4
        )
