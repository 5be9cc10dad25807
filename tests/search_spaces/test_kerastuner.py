"""The same space as KerasTuner's hyperparameters: nothing over the budget, no bad defaults."""

from dataclasses import replace

import keras_tuner
import pytest

from search_spaces import Budget, Cell, Scope, SearchSpace, SpaceName, Task, search_space
from search_spaces.kerastuner import candidate, sensible

TASK = Task(vocabulary=30, classes=3, embedding=8)


def space(name: SpaceName, scope: Scope = Scope.CELL) -> SearchSpace:
    return search_space(name, TASK, Budget(2_000, scope), (Cell.GRU, Cell.LSTM), batch_size=32)


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("name", SpaceName)
def test_the_default_is_the_widest_model_within_the_budget(name: SpaceName, scope: Scope) -> None:
    searched = space(name, scope)
    for cell in searched.cells:
        hp = keras_tuner.HyperParameters()
        hp.values["cell"] = str(cell)
        found = candidate(searched, hp)
        assert found.cell is cell
        assert searched.budget.excess(found, TASK) <= 0
        assert searched.budget.excess(replace(found, units=found.units + 1), TASK) > 0
        assert (found.embedding, found.layers, found.dropout) == (8, 1, 0.0)
        assert found.learning_rate == pytest.approx(1e-3)


def test_all_cells_are_registered_at_once_each_under_its_own() -> None:
    hp = keras_tuner.HyperParameters()
    candidate(space(SpaceName.STANDARD), hp)
    assert {one.name for one in hp.space} > {"gru_units", "lstm_units", "lstm_learning_rate"}
    assert set(hp.values) == {
        "cell",
        "gru_units",
        "gru_dropout",
        "gru_recurrent_dropout",
        "gru_learning_rate",
    }


def test_a_budget_that_ends_below_the_usual_embedding_has_a_default() -> None:
    tight = search_space(
        SpaceName.WIDE, TASK, Budget(200, Scope.MODEL), (Cell.LSTM, Cell.GRU), batch_size=32
    )
    assert sensible(tight, Cell.LSTM)
    found = candidate(tight, keras_tuner.HyperParameters())
    assert tight.budget.excess(found, TASK) <= 0


@pytest.mark.parametrize("name", SpaceName)
def test_random_draws_fit_whatever_the_cell(name: SpaceName) -> None:
    searched = space(name)
    oracle = keras_tuner.oracles.RandomSearchOracle("val_loss", max_trials=40, seed=1)
    candidate(searched, oracle.hyperparameters)
    found = []
    for _ in range(40):
        hp = oracle.get_space()
        hp.values = oracle.populate_space("")["values"]
        found.append(candidate(searched, hp))
    assert {chosen.cell for chosen in found} == {Cell.LSTM, Cell.GRU}
    assert all(searched.budget.excess(chosen, TASK) <= 0 for chosen in found)
    assert len({chosen.units for chosen in found}) > 3
