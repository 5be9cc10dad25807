import itertools
import math
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from study.datasets.dataset import Split
from study.layers.fused import FusedGRU, FusedLSTM
from study.training import fit as fit_module
from study.training.fit import Epoch, NonFiniteLossError, evaluate, fit
from study.training.runners.choice import runner_for
from study.training.runners.padding import architecture
from tests.support.commands import ROOT

STEPS, VOCABULARY = 6, 12
SCHEDULE: dict[str, Any] = {
    "epochs": 3,
    "patience": 3,
    "batch_size": 16,
    "learning_rate": 0.01,
    "seed": 5,
}


def split(examples: int, classes: int, seed: int = 0) -> Split:
    tokens = np.random.default_rng(seed).integers(0, VOCABULARY, (examples, STEPS))
    labels = (tokens[:, -1] + tokens[:, -2]) % classes
    return Split(tokens.astype(np.int32), labels.astype(np.int32))


def model(
    layers: Callable[[], list[Any]] = lambda: [FusedGRU(5)], classes: int = 3, seed: int = 0
) -> keras.Model:
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    outputs = inputs = keras.Input((STEPS,), dtype="int32")
    outputs = keras.layers.Embedding(VOCABULARY, 4)(outputs)
    for layer in layers():
        outputs = layer(outputs)
    outputs = (
        keras.layers.Dense(1, activation="sigmoid")(outputs)
        if classes == 2
        else keras.layers.Dense(classes, activation="softmax")(outputs)
    )
    return keras.Model(inputs, outputs)


def go_on(_: Epoch) -> bool:
    return True


def both_ways(layer: Any) -> Any:
    return keras.layers.Bidirectional(layer)


@pytest.mark.parametrize(
    ("layers", "classes"),
    [
        (lambda: [FusedGRU(5)], 2),
        (lambda: [FusedLSTM(17)], 3),
        (lambda: [FusedGRU(4, reset_after=False)], 3),
        (lambda: [both_ways(FusedLSTM(3, return_sequences=True)), both_ways(FusedGRU(5))], 3),
        (lambda: [keras.layers.SimpleRNN(4)], 2),
    ],
    ids=["gru", "lstm", "gru-reset-before", "stacked-bidirectional", "stock"],
)
def test_weights_and_measures_are_those_of_keras_own_steps(layers: Any, classes: int) -> None:
    training, validation = split(41, classes), split(20, classes, seed=1)  # 41: 16 + 16 + 9
    ours = model(layers, classes=classes)
    theirs = keras.models.clone_model(ours)
    theirs.set_weights(ours.get_weights())
    loss = "binary_crossentropy" if classes == 2 else "sparse_categorical_crossentropy"
    theirs.compile(keras.optimizers.Adam(0.01), loss, weighted_metrics=["accuracy"])

    fitted = fit(ours, training, validation, on_epoch=go_on, **SCHEDULE)

    orders = np.random.default_rng(SCHEDULE["seed"])
    for epoch in fitted.epochs:
        order = orders.permutation(41)
        tokens, labels = training.tokens[order], training.labels[order]
        measured = theirs.fit(tokens, labels, batch_size=16, shuffle=False, verbose=0).history
        assert epoch.loss == pytest.approx(measured["loss"][0], abs=1e-4)
        assert epoch.accuracy == pytest.approx(measured["accuracy"][0])
        expected = theirs.evaluate(*validation, verbose=0)
        assert epoch.validation_loss == pytest.approx(expected[0], abs=1e-4)
        assert epoch.validation_accuracy == pytest.approx(expected[1])
        if epoch == fitted.best:
            best = theirs.get_weights()
    for weight, reference in zip(ours.get_weights(), best, strict=True):
        np.testing.assert_allclose(weight, reference, rtol=0, atol=1e-4)


def test_the_model_ends_with_its_best_weights() -> None:
    validation = split(64, 3, seed=1)
    trained = model()
    schedule = SCHEDULE | {"learning_rate": 0.1, "epochs": 30, "patience": 4}
    fitted = fit(trained, split(64, 3), validation, on_epoch=go_on, **schedule)
    loss, correct = evaluate(trained, validation)
    assert fitted.best in fitted.epochs[:-1]
    assert loss == pytest.approx(fitted.best.validation_loss)
    assert correct.mean() == fitted.best.validation_accuracy


@pytest.mark.parametrize("classes", [2, 3])
def test_evaluation_is_that_of_keras(classes: int) -> None:
    held_out, untrained = split(700, classes), model(classes=classes)
    loss, correct = evaluate(untrained, held_out)
    probabilities = untrained.predict_on_batch(held_out.tokens)
    if classes == 2:
        probabilities = np.hstack([1 - probabilities, probabilities])
    chosen = probabilities[np.arange(700), held_out.labels]
    assert loss == pytest.approx(-np.log(chosen).mean(), abs=1e-5)
    np.testing.assert_array_equal(correct, probabilities.argmax(axis=1) == held_out.labels)


def trained_weights(seed: int, order: int = 5) -> list[NDArray[Any]]:
    trained = model(lambda: [FusedGRU(5, dropout=0.3, recurrent_dropout=0.2)], seed=seed)
    data = split(50, 3), split(20, 3, seed=1)
    fit(trained, *data, on_epoch=go_on, **SCHEDULE | {"seed": order})
    weights: list[NDArray[Any]] = trained.get_weights()
    return weights


def same(some: list[NDArray[Any]], others: list[NDArray[Any]]) -> bool:
    return all(map(np.array_equal, some, others))


def test_the_same_seeds_give_the_same_weights_whatever_was_trained_in_between() -> None:
    first = trained_weights(seed=1)
    assert not same(first, trained_weights(seed=2))
    assert not same(first, trained_weights(seed=1, order=6))
    assert same(first, trained_weights(seed=1))


def test_models_of_other_widths_and_rates_share_what_is_compiled() -> None:
    narrow = model(lambda: [FusedLSTM(3, dropout=0.1)])
    assert runner_for(narrow) is runner_for(model(lambda: [FusedLSTM(16, dropout=0.4)]))
    assert runner_for(narrow) is not runner_for(model(lambda: [FusedLSTM(17, dropout=0.1)]))
    assert runner_for(narrow) is not runner_for(model(lambda: [FusedLSTM(3)]))
    assert runner_for(narrow) is not runner_for(model(lambda: [FusedGRU(3, dropout=0.1)]))


def test_a_model_that_zero_units_would_change_is_not_widened() -> None:
    plain = model()
    normalised = model(lambda: [FusedGRU(5), keras.layers.LayerNormalization()])
    assert '"units": 16' in architecture(plain)
    assert '"units": 5' in architecture(normalised)


def test_dropout_rates_are_those_of_the_model_at_hand() -> None:
    def loss(rate: float) -> float:
        trained = model(lambda: [FusedGRU(16, dropout=rate)])
        schedule = SCHEDULE | {"epochs": 1, "learning_rate": 0.0}
        return fit(trained, split(64, 3), split(8, 3), on_epoch=go_on, **schedule).best.loss

    undropped = loss(0.0)
    assert abs(loss(1e-6) - undropped) < 1e-4 < abs(loss(0.9) - undropped)


def test_a_loss_that_is_not_finite_is_an_error() -> None:
    with pytest.raises(NonFiniteLossError, match="epoch 1; a lower learning rate"):
        fit(
            model(),
            split(64, 3),
            split(8, 3),
            on_epoch=go_on,
            **SCHEDULE | {"learning_rate": math.inf},
        )


class ScriptedRunner:
    """A runner that measures what it is told to; its weights are the epoch's number."""

    def __init__(self, accuracies: list[float], losses: list[float]) -> None:
        self._script = zip(accuracies, losses, strict=True)
        self._count = itertools.count(1)

    def load(self, model: Any) -> None: ...

    def start(self, learning_rate: float) -> None: ...

    def train(self, split: Split, order: Any, batch_size: int) -> tuple[float, float]:
        self._number = next(self._count)
        return 1.0, 0.5

    def evaluate(self, split: Split) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        accuracy, loss = next(self._script)
        return np.array([loss]), np.array([accuracy])

    def weights(self, model: Any) -> list[int]:
        return [self._number]


class WeightsOnly:
    def get_weights(self) -> list[int]:
        return []

    def set_weights(self, weights: list[int]) -> None:
        self.weights = weights


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(accuracies: list[float], losses: list[float], on_epoch: Any = go_on) -> Any:
        runner = ScriptedRunner(accuracies, losses)
        monkeypatch.setattr(fit_module, "runner_for", lambda _: runner)
        trained: Any = WeightsOnly()
        schedule = SCHEDULE | {"epochs": 5, "patience": 2}
        fitted = fit(trained, split(4, 3), split(4, 3), on_epoch=on_epoch, **schedule)
        assert trained.weights == [fitted.best.number]
        return fitted

    return run


def test_of_equal_accuracies_the_lower_loss_is_best(scripted: Any) -> None:
    fitted = scripted([0.5, 0.7, 0.7, 0.6, 0.6], [1.0, 0.9, 0.8, 0.1, 0.1])
    assert fitted.best.number == 3


def test_patience_counts_epochs_without_a_higher_accuracy(scripted: Any) -> None:
    fitted = scripted([0.5, 0.7, 0.7, 0.6, 0.9], [1.0, 0.9, 0.8, 0.7, 0.6])
    assert len(fitted.epochs) == 4
    assert not fitted.stopped


def test_the_caller_stops_it(scripted: Any) -> None:
    fitted = scripted([0.5, 0.4, 0.3, 0.9, 0.9], [1.0] * 5, on_epoch=lambda e: e.number < 2)
    assert len(fitted.epochs) == 2
    assert fitted.stopped
    assert fitted.best.number == 1


def test_no_epoch_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one epoch"):
        fit(model(), split(4, 3), split(4, 3), on_epoch=go_on, **SCHEDULE | {"epochs": 0})


JAX = """
from tests.study.training.test_fit import *
trained = model(lambda: [FusedGRU(5, dropout=0.1, recurrent_dropout=0.1)])
schedule = SCHEDULE | {"epochs": 20, "patience": 20}
fitted = fit(trained, split(100, 3), split(30, 3, seed=1), on_epoch=go_on, **schedule)
loss, correct = evaluate(trained, split(30, 3, seed=1))
assert abs(loss - fitted.best.validation_loss) < 1e-5
assert correct.mean() == fitted.best.validation_accuracy
assert fitted.epochs[-1].loss < fitted.epochs[0].loss
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
