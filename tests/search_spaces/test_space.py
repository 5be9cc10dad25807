"""No space ever suggests what is over the budget, and none builds a model to know."""

import math
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import optuna
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from search_spaces import (
    Budget,
    BudgetError,
    Candidate,
    Cell,
    Scope,
    SearchSpace,
    SpaceName,
    Task,
    search_space,
)
from search_spaces.budget import largest_within
from search_spaces.candidate import HYPERPARAMETERS
from search_spaces.cells import BUILT_IN
from search_spaces.parameters import CandidateError, Value
from study.training.model import build

TASKS = {
    "characters": Task(vocabulary=60, classes=13, embedding=16),
    "words": Task(vocabulary=10_000, classes=2, embedding=128),
}
LIMITS = (500, 3_000, 20_736, 131_584, 2_000_000)
CELLS = (Cell.LSTM, Cell.GRU)


class Draw:
    """Draws values itself, a bound more often than Optuna would."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        return self.random.choice(choices)

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        return self.random.choice([low, high, self.random.randint(low, high)])

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        return self.random.choice([low, high, self.random.uniform(low, high)])


@pytest.mark.parametrize("name", SpaceName)
@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_every_candidate_fits(name: SpaceName, scope: Scope, task: Task) -> None:
    built = 0
    for limit in LIMITS:
        budget = Budget(limit, scope)
        try:
            space = search_space(name, task, budget, CELLS, batch_size=32)
        except BudgetError:
            continue
        draw = Draw(limit)
        sampled = [space.suggest(draw) for _ in range(200)]
        assert all(budget.excess(candidate, task) <= 0 for candidate in sampled)
        assert {candidate.cell for candidate in sampled} == set(CELLS)
        for candidate in sampled[:3]:
            model = build(candidate, task, sequence_length=2, seed=0, fused=False)
            assert model.count_params() == candidate.model_parameters(task)
            built += 1
    assert built


@st.composite
def spaces(draw: st.DrawFn) -> SearchSpace:
    cells = draw(st.permutations(BUILT_IN))[:2]
    budget = Budget(draw(st.integers(500, 2_000_000)), draw(st.sampled_from(Scope)))
    task = draw(st.sampled_from(list(TASKS.values())))
    name, budgets = draw(st.sampled_from(SpaceName)), draw(st.integers(1, 3))
    try:
        return search_space(name, task, budget, tuple(cells), 64, budgets)
    except BudgetError:
        reject()


def ladder(space: SearchSpace) -> tuple[Budget, ...]:
    return space.budget.ladder(space.budgets)


def made(space: SearchSpace, parameters: Mapping[str, Value], budget: Budget) -> Candidate:
    return space.suggest(optuna.trial.FixedTrial(dict(parameters)), budget)


@settings(max_examples=500, deadline=None)
@given(spaces(), st.integers(0, 1000))
def test_encode_is_the_inverse_of_suggest(space: SearchSpace, seed: int) -> None:
    for budget in ladder(space):
        candidate = space.suggest(Draw(seed), budget)
        assert made(space, space.encode(candidate, budget), budget) == candidate


@settings(max_examples=300, deadline=None)
@given(spaces(), st.integers(0, 1000), st.integers(1, 500))
def test_a_width_is_encoded_or_refused(space: SearchSpace, seed: int, units: int) -> None:
    for budget in ladder(space):
        candidate = replace(space.suggest(Draw(seed), budget), units=units)
        known = {name: getattr(candidate, name) for name in HYPERPARAMETERS}
        fitted = replace(candidate, units=space.nearest(candidate.cell, known, budget)["units"])
        assert made(space, space.encode(fitted, budget), budget) == fitted
        assert budget.excess(fitted, space.task) <= 0
        if fitted != candidate:
            with pytest.raises(CandidateError, match=f"The units is a number .* {units} was"):
                space.encode(candidate, budget)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        (SpaceName.BASIC, {"learning_rate": 3e-3}, "learning_rate is 0.001 in this space"),
        (SpaceName.STANDARD, {"dropout": 0.6}, "dropout is a number from 0 to 0.5"),
        (SpaceName.STANDARD, {"dropout": math.nan}, "dropout is a number from 0 to 0.5"),
        (SpaceName.STANDARD, {"embedding": 8}, "embedding is 16 in this space"),
        (SpaceName.WIDE, {"layers": 3}, "architecture is one of 1 forward"),
        (SpaceName.WIDE, {"batch_size": 48}, "batch_size is one of 32, 64, 128"),
        (SpaceName.WIDE, {"cell": Cell.SIMPLE_RNN}, "cell is one of lstm, gru"),
    ],
)
def test_what_a_space_has_not_is_refused(
    name: SpaceName, changes: dict[str, Any], message: str
) -> None:
    space = search_space(name, TASKS["characters"], Budget(20_000), CELLS, batch_size=32)
    with pytest.raises(CandidateError, match=message):
        space.encode(replace(space.suggest(Draw(0)), **changes))


def test_budget_is_reached() -> None:
    space = search_space(SpaceName.BASIC, TASKS["words"], Budget(131_584), CELLS, batch_size=32)
    widths = {cell: space.largest(cell).units for cell in CELLS}
    assert widths == {Cell.LSTM: 128, Cell.GRU: 154}
    study = optuna.create_study()
    study.enqueue_trial({"cell": "gru", "gru_units": 154, "gru_dropout": 0.25})
    candidate = space.suggest(study.ask())
    assert (candidate.units, candidate.dropout, candidate.learning_rate) == (154, 0.25, 1e-3)


@pytest.mark.parametrize(
    ("name", "scope", "count"),
    [
        (SpaceName.BASIC, Scope.CELL, 2),
        (SpaceName.STANDARD, Scope.MODEL, 4),
        (SpaceName.WIDE, Scope.CELL, 6),
        (SpaceName.WIDE, Scope.MODEL, 7),
    ],
)
def test_parameters_carry_their_cell_and_only_units_move_their_bounds(
    name: SpaceName, scope: Scope, count: int
) -> None:
    cells = (*CELLS, Cell.SIMPLE_RNN)
    space = search_space(name, TASKS["characters"], Budget(20_000, scope), cells, 32, budgets=3)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    seen: dict[str, optuna.distributions.BaseDistribution] = {}
    for number in range(120):
        trial = study.ask()
        cell = space.suggest(trial, ladder(space)[number % 3]).cell
        for parameter, distribution in trial.distributions.items():
            assert parameter == "cell" or parameter.startswith(f"{cell.replace('-', '_')}_")
            if not parameter.endswith("_units"):
                assert seen.setdefault(parameter, distribution) == distribution
            seen.setdefault(parameter, distribution)
    assert len(seen) == 1 + 3 * count


@given(spaces(), st.integers(0, 1000))
def test_a_candidate_fits_its_budget_and_not_the_next_smaller(
    space: SearchSpace, seed: int
) -> None:
    for budget in ladder(space):
        candidate = space.suggest(Draw(seed), budget)
        assert budget.excess(candidate, space.task) <= 0
        if candidate.units > 1:
            assert candidate.parameters(budget.scope, space.task) > budget.limit // 4


@pytest.mark.parametrize("name", SpaceName)
def test_both_ends_of_a_budgets_range_are_reached(name: SpaceName) -> None:
    """The widest that fits, and the narrowest that the next smaller budget does not fit."""
    task, cell = TASKS["words"], Cell.GRU
    space = search_space(name, task, Budget(131_584), CELLS, batch_size=32, budgets=3)
    draw = Draw(1)
    for budget in ladder(space):
        found = [space.suggest(draw, budget) for _ in range(400)]
        forward = [one for one in found if (one.cell, one.features) == (cell, one.units)]
        widths = [one.units for one in forward if one.layers == 1]
        narrowest = replace(space.narrowest(cell), units=min(widths))
        widest = replace(space.narrowest(cell), units=max(widths))
        assert budget.largest(widest, task) == widest.units
        below = narrowest.units - 1
        assert largest_within(narrowest, budget.limit // 4, Scope.CELL, task) == below


def test_an_embedding_outside_the_budget_is_shared() -> None:
    """Else cells of equal budgets were compared with embeddings of unequal sizes."""
    draw, task = Draw(0), TASKS["characters"]
    widths = {
        scope: {
            search_space(SpaceName.WIDE, task, Budget(20_000, scope), CELLS, 32)
            .suggest(draw)
            .embedding
            for _ in range(50)
        }
        for scope in Scope
    }
    assert widths[Scope.CELL] == {task.embedding}
    assert len(widths[Scope.MODEL]) > 5


def test_the_smallest_budget_must_fit_too() -> None:
    task = TASKS["characters"]
    search_space(SpaceName.BASIC, task, Budget(320), CELLS, 32, budgets=2)
    with pytest.raises(BudgetError, match="lower --budgets"):
        search_space(SpaceName.BASIC, task, Budget(320), CELLS, 32, budgets=3)


def test_budget_that_fits_no_cell_is_refused_at_once() -> None:
    with pytest.raises(BudgetError, match="Raise --max-params"):
        search_space(SpaceName.STANDARD, TASKS["words"], Budget(400), CELLS, batch_size=32)


def test_importing_the_spaces_loads_nothing_heavy() -> None:
    code = (
        "import sys, search_spaces; print([m for m in ('keras', 'tensorflow', 'optuna') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
