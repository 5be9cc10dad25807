"""Sizes are arithmetic: held against Keras' own count."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces import Budget, BudgetError, Candidate, Cell, Scope, Task
from search_spaces.budget import largest_within
from search_spaces.cells import BUILT_IN
from study.training.model import build

sizes = st.integers(1, 40)
candidates = st.builds(
    Candidate,
    cell=st.sampled_from(BUILT_IN),
    units=sizes,
    embedding=sizes,
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
)
tasks = st.builds(
    Task, vocabulary=st.integers(2, 50), classes=st.integers(2, 9), embedding=st.just(8)
)


@pytest.mark.parametrize("cell", BUILT_IN)
@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (16, 64), (128, 128), (37, 154)])
def test_parameters_are_keras_count(cell: Cell, inputs: int, units: int) -> None:
    stock = cell.layer(units)
    stock.build((None, 5, inputs))
    assert cell.parameters(inputs, units) == stock.count_params()


@settings(max_examples=40, deadline=None)
@given(candidates, tasks)
def test_candidate_counts_are_keras_counts(candidate: Candidate, task: Task) -> None:
    model = build(candidate, task, sequence_length=3, seed=0, fused=False)
    assert candidate.model_parameters(task) == model.count_params()
    recurrent = [layer for layer in model.layers if layer.name.startswith(("rec", "bidir"))]
    assert candidate.cell_parameters == sum(layer.count_params() for layer in recurrent)


def test_the_notebook_models() -> None:
    task = Task(vocabulary=10_000, classes=2, embedding=128)
    figures = {(Cell.LSTM, 128): (131_584, 1_411_713), (Cell.GRU, 128): (99_072, 1_379_201)}
    figures[Cell.GRU, 154] = (131_208, 1_411_363)
    for (cell, units), counts in figures.items():
        candidate = Candidate(cell=cell, units=units, embedding=128)
        assert (candidate.cell_parameters, candidate.model_parameters(task)) == counts


@given(candidates, tasks, st.sampled_from(Scope), st.integers(1, 100_000))
def test_largest_width_is_the_largest(
    candidate: Candidate, task: Task, scope: Scope, limit: int
) -> None:
    units = largest_within(candidate, limit, scope, task)
    assert units == 0 or replace(candidate, units=units).parameters(scope, task) <= limit
    assert replace(candidate, units=units + 1).parameters(scope, task) > limit


def test_budget_that_fits_nothing_says_what_would() -> None:
    task = Task(vocabulary=100, classes=2, embedding=8)
    with pytest.raises(BudgetError, match=r"No LSTM fits .* already takes 40 parameters"):
        Budget(39).largest(Candidate(cell=Cell.LSTM, units=1, embedding=8), task)
    assert Budget(40).largest(Candidate(cell=Cell.LSTM, units=1, embedding=8), task) == 1
    with pytest.raises(BudgetError, match="at least 1 parameter"):
        Budget(0)


def test_each_budget_is_a_quarter_of_the_one_above() -> None:
    ladder = Budget(1001).ladder(3)
    assert [budget.limit for budget in ladder] == [1001, 250, 62]
    assert [budget.next_smaller for budget in ladder] == [250, 62, 15]
    assert Budget(16).ladder(3)[-1] == Budget(1)
    with pytest.raises(BudgetError, match=r"15 cell parameters cannot be divided by 4 2 times\."):
        Budget(15).ladder(3)
    with pytest.raises(BudgetError, match="cannot be divided by 4 once"):
        Budget(3).ladder(2)
