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

import study
from search_spaces.budget import BudgetError
from study.datasets.dataset import Dataset
from study.datasets.splits import Part
from study.errors import UserError
from study.tuning import arrays
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


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"y": LABELS + 1}, "Labels are counted from 0 and below classes=3, but 1 to 3 was given"),
        ({"y": np.eye(3)[LABELS]}, r"Labels are one class number .* \(64, 3\)"),
        ({"x": TOKENS - 1}, "Tokens are counted from 0 and below vocabulary=10, but -1 to 8 was"),
        ({"x": TOKENS[:, 1:]}, r"Inputs are \(examples, 4\), but an array of \(64, 3\)"),
        ({"validation_data": (TOKENS, LABELS * 2)}, "Labels .* 0 to 4"),
    ],
)
def test_arrays_that_are_not_the_models_are_refused(wrong: dict[str, Any], said: str) -> None:
    given = {"x": TOKENS, "y": LABELS, **wrong}
    with pytest.raises(keras_tuner.errors.FatalValueError, match=said):
        hypermodel().fit(keras_tuner.HyperParameters(), None, **given)
    if "validation_data" not in wrong:
        with pytest.raises(keras_tuner.errors.FatalValueError, match=said):
            hypermodel().fit(keras_tuner.HyperParameters(), None, given["x"], given["y"])


def test_numbers_have_the_features_that_were_said() -> None:
    searched = BudgetHyperModel(LIMIT, features=2, classes=3, sequence_length=4)
    with pytest.raises(keras_tuner.errors.FatalValueError, match=r"\(examples, 4, 2\)"):
        searched.fit(keras_tuner.HyperParameters(), None, np.zeros((64, 4, 3)), LABELS)


def test_a_budget_too_small_names_the_keywords_here() -> None:
    with pytest.raises(BudgetError) as refused:
        BudgetHyperModel(3, vocabulary=10, classes=3, sequence_length=4)
    assert str(refused.value).endswith(" Raise max_params, or choose a narrower embedding.")
    assert "--" not in str(refused.value)


def test_a_candidate_says_what_the_model_is() -> None:
    searched, hp = hypermodel(space="wide"), keras_tuner.HyperParameters()
    chosen = searched.candidate(hp)
    assert f"{chosen.units} units, {chosen.cell_parameters:,} parameters" in str(chosen)
    assert "learning rate 0.001" in str(chosen)


def test_a_data_set_has_what_the_models_take_and_no_test_split(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[Part] = []
    opening = Dataset._open

    def note(dataset: Dataset, part: Part) -> Any:
        opened.append(part)
        return opening(dataset, part)

    monkeypatch.setattr(Dataset, "_open", note)
    found = study.data("surnames", sequence_length=4)
    assert opened == [Part.TRAIN, Part.VALIDATION]
    searched = BudgetHyperModel(
        LIMIT,
        vocabulary=found.vocabulary,
        classes=found.classes,
        sequence_length=found.sequence_length,
    )
    for inputs, labels in (found.train, found.validation):
        arrays.check(inputs, labels, searched.searched.task, found.sequence_length)
    assert found.features == 0
    assert found.classes == len(np.unique(found.train[1]))
