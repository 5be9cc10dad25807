"""Each cell is sampled and pruned from its own trials alone."""

from dataclasses import replace

import optuna
import pytest
from optuna.trial import TrialState

from search_spaces import Budget, Cell, SpaceName, Task, search_space
from study.trials import attributes as attrs
from study.trials.sampler import CellPruner, CellSampler, OneCell, derived_seed

CELLS = ("ahead", "behind")


def study_of(trials: int, sampler: optuna.samplers.BaseSampler | None = None) -> optuna.Study:
    study = optuna.create_study(direction="maximize", sampler=sampler or CellSampler(0))
    for slot in range(trials):
        cell = CELLS[slot % 2]
        study.enqueue_trial({}, user_attrs={attrs.SLOT: slot, attrs.CELL: cell})
    return study


def run_next(study: optuna.Study) -> optuna.Trial:
    """One trial of a toy: the best x is 0.8 for either cell, and one cell is far ahead."""
    trial = study.ask()
    cell = trial.user_attrs[attrs.CELL]
    x = trial.suggest_float(f"{cell}_x", 0, 1)
    y = trial.suggest_float(f"{cell}_y", 0, 1)
    study.tell(trial, (10 if cell == "ahead" else 0) - (x - 0.8) ** 2 - (y - 0.2) ** 2)
    return trial


def late_distances(study: optuna.Study, cell: str) -> list[float]:
    """How far from the best point the second half of a cell's trials are."""
    trials = [trial for trial in study.trials if trial.user_attrs[attrs.CELL] == cell]
    return [
        abs(trial.params[f"{cell}_x"] - 0.8) + abs(trial.params[f"{cell}_y"] - 0.2)
        for trial in trials[len(trials) // 2 :]
    ]


def test_the_cell_behind_is_tuned_as_well_as_the_one_ahead() -> None:
    distances: dict[str, list[float]] = {cell: [] for cell in CELLS}
    for seed in range(5):
        study = study_of(80, CellSampler(seed))
        for _ in range(80):
            run_next(study)
        for cell in CELLS:
            distances[cell] += late_distances(study, cell)
    means = {cell: sum(found) / len(found) for cell, found in distances.items()}
    assert means["behind"] < 0.4  # by chance alone it would be 0.68, by `group=True` 0.74
    assert means["behind"] == pytest.approx(means["ahead"], abs=0.1)


def test_a_resumed_study_draws_what_an_uninterrupted_one_would() -> None:
    whole, resumed = study_of(24), study_of(24)
    for _ in range(24):
        run_next(whole)
    for _ in range(12):
        run_next(resumed)
    resumed.sampler = CellSampler(0)
    for _ in range(12):
        run_next(resumed)
    assert [t.params for t in resumed.trials] == [t.params for t in whole.trials]
    assert len({tuple(t.params.values()) for t in whole.trials}) == 24


def test_a_view_holds_one_cell() -> None:
    study = study_of(6)
    for _ in range(4):
        run_next(study)
    view = OneCell(study, study.trials[1])
    assert [t.number for t in view.get_trials()] == [1, 3, 5]
    assert [t.number for t in view.get_trials(states=(TrialState.COMPLETE,))] == [1, 3]
    assert len(study.trials) == 6


def test_pruning_compares_with_the_own_cell() -> None:
    study = study_of(14)
    study.pruner = CellPruner()
    for _ in range(12):
        trial = study.ask()
        level = 0.9 if trial.user_attrs[attrs.CELL] == "ahead" else 0.3
        for epoch in range(1, 7):
            trial.report(level, epoch)
        study.tell(trial, level)
    ahead, behind = study.ask(), study.ask()
    for epoch in range(1, 5):
        ahead.report(0.5, epoch)  # poor for its cell, though above the other's
        behind.report(0.31, epoch)  # good for its cell
    assert ahead.should_prune()
    assert not behind.should_prune()


def test_no_pruning_before_the_second_epoch() -> None:
    study = study_of(14)
    study.pruner = CellPruner()
    for _ in range(12):
        trial = study.ask()
        for epoch in range(1, 7):
            trial.report(0.9, epoch)
        study.tell(trial, 0.9)
    poor = study.ask()
    pruned = []
    for epoch in range(1, 6):
        poor.report(0.1, epoch)
        pruned.append(poor.should_prune())
    assert pruned == [False, True, True, True, True]


def test_a_cell_is_compared_from_its_third_trial_on() -> None:
    study = study_of(8)
    study.pruner = CellPruner()
    pruned = []
    for level in (0.9, 0.9, 0.8, 0.8, 0.1, 0.88):  # the cells in turn
        trial = study.ask()
        for epoch in range(1, 4):
            trial.report(level, epoch)
        pruned.append(trial.should_prune())
        study.tell(trial, level)
    assert pruned == [False, False, False, False, True, False]


@pytest.mark.parametrize("name", SpaceName)
def test_a_cell_begins_with_the_widest_model(name: SpaceName) -> None:
    task, budget = Task(vocabulary=100, classes=2, embedding=16), Budget(20_000)
    space = search_space(name, task, budget, (Cell.GRU_RESET_BEFORE, Cell.GRU), batch_size=32)
    study = optuna.create_study(direction="maximize", sampler=CellSampler(3))
    for slot in range(6):
        cell = space.cells[slot % 2].value
        study.enqueue_trial({"cell": cell}, user_attrs={attrs.SLOT: slot, attrs.CELL: cell})
    found = [space.suggest(study.ask()) for _ in range(6)]
    for first in found[:2]:
        wider = replace(first, units=first.units + 1)
        assert budget.excess(first, task) <= 0 < budget.excess(wider, task)
        assert first.dropout == 0.25
        if name is not SpaceName.BASIC:
            assert (first.recurrent_dropout, first.learning_rate) == (0.1, 3e-3)
    for later in found[2:]:
        assert later.dropout not in {0.0, 0.25, 0.5}
    assert len({later.units for later in found[2:]}) > 1


def test_what_is_known_stays_within_the_bounds() -> None:
    study = optuna.create_study(sampler=CellSampler(0))
    study.enqueue_trial({}, user_attrs={attrs.SLOT: 4, attrs.CELL: "gru"})
    trial = study.ask()
    assert trial.suggest_float("gru_dropout", 0.3, 0.4) == 0.3
    assert trial.suggest_float("gru_learning_rate", 1e-4, 1e-3, log=True) == 1e-3
    assert trial.suggest_int("gru_units", 2, 9, log=True) == 9


def test_derived_seeds_differ_by_study_place_and_purpose() -> None:
    seeds = {
        derived_seed(seed, place, purpose)
        for seed in range(10)
        for place in range(100)
        for purpose in ("search", "confirm", "sampler")
    }
    assert len(seeds) == 3000
    assert all(0 <= seed < 2**31 for seed in seeds)
