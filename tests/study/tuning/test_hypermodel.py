"""Our spaces in KerasTuner's own tuners, in an environment without tensorboard."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras_tuner
import numpy as np
import optuna
import pytest
import tensorflow as tf

from study.errors import UserError
from study.tuning.hypermodel import BudgetHyperModel
from study.tuning.oracle import OptunaOracle

# TensorFlow's own, where nothing is compiled.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

LIMIT = 500
_draw = np.random.default_rng(0)
TOKENS, LABELS = _draw.integers(0, 10, (64, 4)), _draw.integers(0, 3, 64)


@pytest.fixture(autouse=True)
def _eager() -> Iterator[None]:
    """No graph is traced: that would take longer than all else here."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def hypermodel(**options: Any) -> BudgetHyperModel:
    return BudgetHyperModel(LIMIT, vocabulary=10, classes=3, sequence_length=4, **options)


def test_kerastuners_search_trains_and_fails_nothing(tmp_path: Path) -> None:
    searched = hypermodel(space="wide")
    tuner = keras_tuner.RandomSearch(
        searched, objective="val_accuracy", max_trials=2, seed=1, directory=tmp_path
    )
    tuner.search(TOKENS, LABELS, validation_split=0.25, epochs=1, verbose=0)
    trials = list(tuner.oracle.trials.values())
    assert [trial.status for trial in trials] == ["COMPLETED"] * 2
    sizes = [searched.candidate(trial.hyperparameters).cell_parameters for trial in trials]
    assert max(sizes) <= LIMIT
    best = tuner.get_best_models()[0]
    recurrent = [layer for layer in best.layers if layer.name.endswith(("_1", "_2"))]
    assert sum(layer.count_params() for layer in recurrent) in sizes


def test_optunas_pruner_stops_a_trial_that_both_sides_know(tmp_path: Path) -> None:
    pruner = optuna.pruners.ThresholdPruner(lower=1.1)  # no accuracy is so high
    oracle = OptunaOracle("val_accuracy", max_trials=1, pruner=pruner, seed=1)
    tuner = keras_tuner.Tuner(oracle, hypermodel(), directory=tmp_path, executions_per_trial=2)
    tuner.search(
        *(TOKENS, LABELS),
        validation_split=0.25,
        epochs=3,
        verbose=0,
        callbacks=[oracle.pruning()],
    )
    (stored,), (trial,) = oracle.study.trials, oracle.trials.values()
    assert stored.state is optuna.trial.TrialState.PRUNED
    assert len(stored.intermediate_values) == 2  # one epoch of each execution
    assert trial.status == "COMPLETED"
    assert stored.value == trial.score


def test_the_batch_size_is_the_candidates() -> None:
    found: list[Any] = []

    class Model:
        def fit(self, *args: Any, **options: Any) -> None:
            found.append(options.get("batch_size"))

    searched, hp = hypermodel(batch_size=8), keras_tuner.HyperParameters()
    searched.fit(hp, Model(), TOKENS, LABELS)
    searched.fit(hp, Model(), x=TOKENS, y=LABELS)
    searched.fit(hp, Model(), "a data set")
    assert found == [8, 8, None]
    with pytest.raises(keras_tuner.errors.FatalValueError, match="takes none"):
        searched.fit(hp, Model(), TOKENS, LABELS, batch_size=16)
    with pytest.raises(keras_tuner.errors.FatalValueError, match="chooses the batch size"):
        hypermodel(space="wide").fit(keras_tuner.HyperParameters(), Model(), "a data set")


def test_numbers_are_read_as_they_are() -> None:
    searched = BudgetHyperModel(LIMIT, features=2, classes=3, sequence_length=4)
    model = searched.build(keras_tuner.HyperParameters())
    assert model.input_shape == (None, 4, 2)
    with pytest.raises(UserError, match="both were"):
        hypermodel(features=2)
    with pytest.raises(UserError, match="neither was"):
        BudgetHyperModel(LIMIT, classes=3, sequence_length=4)


@pytest.mark.parametrize("wrong", [{"cells": ["lstn"]}, {"space": "huge"}])
def test_unknown_names_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="Choose one of"):
        hypermodel(**wrong)


def test_keywords_are_pythons_own() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'batchsize'"):
        hypermodel(batchsize=7)
    keywords = inspect.signature(BudgetHyperModel).parameters
    assert keywords["batch_size"].default == 32
    assert keywords["space"].kind is inspect.Parameter.KEYWORD_ONLY
    assert [str(cell) for cell in hypermodel(cells="gru").searched.cells] == ["gru"]
