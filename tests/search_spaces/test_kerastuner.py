"""The same space for KerasTuner: its tuners never build a model over the budget."""

from pathlib import Path

import keras
import keras_tuner
import numpy as np
import pytest

from search_spaces import Budget, Candidate, Cell, SearchSpace, SpaceName, Task, search_space
from search_spaces.kerastuner import BudgetHyperModel, candidate
from study.training.model import build

TASK = Task(vocabulary=30, classes=3, embedding=8)


def space(name: SpaceName) -> SearchSpace:
    return search_space(name, TASK, Budget(2_000), (Cell.LSTM, Cell.GRU), batch_size=32)


def compiled(chosen: Candidate) -> keras.Model:
    model = build(chosen, TASK, sequence_length=4, seed=0, fused=False)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("name", SpaceName)
def test_the_default_candidate_fits(name: SpaceName) -> None:
    found = candidate(space(name), keras_tuner.HyperParameters())
    assert Budget(2_000).excess(found, TASK) <= 0


@pytest.mark.parametrize("name", [SpaceName.BASIC, SpaceName.WIDE])
def test_a_tuner_suggests_what_fits_of_both_cells(name: SpaceName, tmp_path: Path) -> None:
    tuner = keras_tuner.RandomSearch(
        BudgetHyperModel(space(name), compiled),
        objective="val_accuracy",
        max_trials=12,
        seed=1,
        directory=tmp_path,
    )
    found = []
    for number in range(12):
        trial = tuner.oracle.create_trial(f"tuner{number}")
        found.append(candidate(space(name), trial.hyperparameters))
    assert {chosen.cell for chosen in found} == {Cell.LSTM, Cell.GRU}
    assert all(Budget(2_000).excess(chosen, TASK) <= 0 for chosen in found)
    assert len({chosen.units for chosen in found}) > 3


def test_a_model_trains() -> None:
    model = BudgetHyperModel(space(SpaceName.BASIC), compiled).build(keras_tuner.HyperParameters())
    drawn = np.random.default_rng(0)
    model.fit(drawn.integers(0, 30, (64, 4)), drawn.integers(0, 3, 64), verbose=0)
