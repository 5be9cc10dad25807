"""Each cell of a search is sampled and pruned from its own trials alone."""

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from search_spaces import Budget, Cell, Scope, SpaceName, Task, search_space
from study.trials import attributes as attrs
from study.trials.sampler import CellPruner, CellSampler, OneCell, derived_seed, value_at

CELLS = ("ahead", "behind")
LIMITS = (1600, 400)


def study_of(trials: int, sampler: optuna.samplers.BaseSampler | None = None) -> optuna.Study:
    """One search: cells in turn at one budget, then at the other."""
    study = optuna.create_study(direction="minimize", sampler=sampler or CellSampler(0))
    for slot in range(trials):
        enqueue(study, slot, CELLS[slot % 2], LIMITS[slot // 2 % 2])
    return study


def enqueue(study: optuna.Study, slot: int, cell: str, limit: int, search: int = 1) -> None:
    attributes = {attrs.SLOT: slot, attrs.CELL: cell, attrs.BUDGET: limit, attrs.SEARCH: search}
    study.enqueue_trial({}, user_attrs=attributes)


def run_next(study: optuna.Study) -> optuna.Trial:
    """One trial of a toy: the best x is 0.8 for either cell, and one cell is far ahead."""
    trial = study.ask()
    cell, limit = trial.user_attrs[attrs.CELL], trial.user_attrs[attrs.BUDGET]
    trial.suggest_int(f"{cell}_units", limit // 4, limit, log=True)
    x = trial.suggest_float(f"{cell}_x", 0, 1)
    y = trial.suggest_float(f"{cell}_y", 0, 1)
    level = (0 if cell == "ahead" else 10) + (0 if limit == LIMITS[0] else 3)
    study.tell(trial, level + (x - 0.8) ** 2 + (y - 0.2) ** 2)
    return trial


def late_distances(study: optuna.Study, cell: str, limit: int) -> list[float]:
    """How far from the best point the second half of a cell's trials at a budget are."""
    trials = [
        trial
        for trial in study.trials
        if (trial.user_attrs[attrs.CELL], trial.user_attrs[attrs.BUDGET]) == (cell, limit)
    ]
    return [
        abs(trial.params[f"{cell}_x"] - 0.8) + abs(trial.params[f"{cell}_y"] - 0.2)
        for trial in trials[len(trials) // 2 :]
    ]


def test_every_cell_and_budget_is_tuned_alike() -> None:
    distances: dict[tuple[str, int], list[float]] = {}
    for seed in range(5):
        study = study_of(120, CellSampler(seed))
        for _ in range(120):
            run_next(study)
        for cell in CELLS:
            for limit in LIMITS:
                found = late_distances(study, cell, limit)
                distances.setdefault((cell, limit), []).extend(found)
    means = {group: float(np.mean(found)) for group, found in distances.items()}
    assert max(means.values()) < 0.45  # by chance alone it would be 0.68
    assert max(means.values()) - min(means.values()) < 0.15


def test_a_resumed_study_draws_what_an_uninterrupted_one_would() -> None:
    whole, resumed = study_of(64), study_of(64)
    for _ in range(64):
        run_next(whole)
    for _ in range(32):
        run_next(resumed)
    resumed.sampler = CellSampler(0)
    for _ in range(32):
        run_next(resumed)
    assert [t.params for t in resumed.trials] == [t.params for t in whole.trials]
    assert len({tuple(t.params.items()) for t in whole.trials}) == 64


def test_a_longer_plan_begins_as_a_shorter_one() -> None:
    short, long = study_of(32), study_of(64)
    for study in (short, long):
        for _ in range(32):
            run_next(study)
    assert [t.params for t in short.trials] == [t.params for t in long.trials[:32]]


def begun(study: optuna.Study, names: Iterable[str] = ("units", "x", "y")) -> Iterator[list[float]]:
    """Each trial's parameters, without the cell's name."""
    for trial in study.trials:
        cell = trial.user_attrs[attrs.CELL]
        yield [trial.params[f"{cell}_{name}"] for name in names]


def test_all_cells_begin_alike_and_evenly() -> None:
    study = study_of(32, CellSampler(5))
    trials = [study.ask() for _ in range(32)]
    for trial in trials:
        cell, limit = trial.user_attrs[attrs.CELL], trial.user_attrs[attrs.BUDGET]
        trial.suggest_int(f"{cell}_units", limit // 4, limit, log=True)
        trial.suggest_float(f"{cell}_x", 0, 1)
        trial.suggest_float(f"{cell}_y", 1e-3, 1e-1, log=True)
    points = list(begun(study))
    assert points[0::2] == points[1::2]
    for step, limit in enumerate(LIMITS):
        units, x, y = np.transpose(points[2 * step :: 4])
        widths = np.log(units / (limit / 4)) / np.log(4)
        for shares in (widths, x, np.log10(y) / 2 + 1.5):
            assert sorted((8 * shares).astype(int)) == list(range(8))
    assert len({tuple(point[1:]) for point in points}) == 16  # the budgets do not begin alike


def test_searches_are_independent() -> None:
    study = optuna.create_study(direction="minimize", sampler=CellSampler(0))
    for slot in range(4):
        enqueue(study, slot, "ahead", LIMITS[0], search=slot // 2 + 1)
    found = [run_next(study).params["ahead_x"] for _ in range(4)]
    assert len(set(found)) == 4
    view = OneCell(study, study.trials[3])
    assert [trial.number for trial in view.trials_of_cell] == [2, 3]
    assert view.place(study.trials[3]) == 1


def test_sizes_stay_even_when_the_rest_is_modelled() -> None:
    study = optuna.create_study(direction="minimize", sampler=CellSampler(1))
    for slot in range(64):
        enqueue(study, slot, "ahead", LIMITS[0])
    for _ in range(64):
        run_next(study)
    units = np.array([trial.params["ahead_units"] for trial in study.trials])
    counts, _ = np.histogram(np.log(units), bins=8, range=(np.log(399.5), np.log(1600.5)))
    assert set(counts) == {8}
    x = np.array([trial.params["ahead_x"] for trial in study.trials])
    assert np.abs(x[32:] - 0.8).mean() < 0.7 * np.abs(x[:8] - 0.8).mean()


def test_a_retry_begins_where_the_first_try_did() -> None:
    study = study_of(4)
    first = study.ask()
    drawn = first.suggest_float("ahead_x", 0, 1)
    study.tell(first, state=TrialState.FAIL)
    enqueue(study, 0, CELLS[0], LIMITS[0])
    for _ in range(3):
        study.tell(study.ask(), 1.0)
    again = study.ask()
    assert again.suggest_float("ahead_x", 0, 1) == drawn


def test_a_view_holds_one_cell_and_compares_budgets() -> None:
    study = study_of(10)
    for _ in range(6):
        run_next(study)
    view = OneCell(study, study.trials[1])
    assert [t.number for t in view.get_trials()] == [1, 3, 5, 7, 9]
    complete = view.get_trials(states=(TrialState.COMPLETE,))
    assert [t.number for t in complete] == [1, 3, 5]
    raw = [study.trials[number].value for number in (1, 3, 5)]
    middle = np.median([raw[0], raw[2]])
    assert [t.value for t in complete] == [raw[0] - middle, 0.0, raw[2] - middle]
    assert [t.value for t in view.trials_of_cell[:3]] == raw


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("name", SpaceName)
def test_every_space_is_searched_with_three_cells(name: SpaceName, scope: Scope) -> None:
    task, budget = Task(vocabulary=100, classes=2, embedding=16), Budget(40_000, scope)
    cells = (Cell.GRU_RESET_BEFORE, Cell.GRU, Cell.SIMPLE_RNN)
    space = search_space(name, task, budget, cells, batch_size=32, budgets=2)
    study = optuna.create_study(direction="minimize", sampler=CellSampler(3))
    for slot in range(90):
        limit = budget.ladder(2)[slot // 3 % 2]
        cell = space.cells[slot % 3]
        attributes = {attrs.SLOT: slot, attrs.SEARCH: 1, attrs.CELL: str(cell)}
        study.enqueue_trial(
            {"cell": str(cell)}, user_attrs={**attributes, attrs.BUDGET: limit.limit}
        )
    found = []
    for number in range(90):
        trial = study.ask()
        limit = budget.ladder(2)[number // 3 % 2]
        candidate = space.suggest(trial, limit)
        assert candidate.cell == space.cells[number % 3]
        assert limit.excess(candidate, task) <= 0 < candidate.parameters(scope, task)
        found.append(candidate)
        study.tell(trial, (candidate.dropout - 0.1) ** 2 + number % 2)
    first, second, third = found[:3]
    assert first.hyperparameters == second.hyperparameters == third.hyperparameters
    early, late = (np.mean([abs(one.dropout - 0.1) for one in half])
                   for half in (found[:24], found[-24:]))  # fmt: skip
    assert late < 0.7 * early


def reported(study: optuna.Study, losses: Sequence[float]) -> int | None:
    """The look after which the next trial is pruned with these losses."""
    trial = study.ask()
    for look, loss in enumerate(losses, start=1):
        trial.report(loss, look)
        if trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            return look
    study.tell(trial, min(losses))
    return None


def pruning_study(losses: Sequence[float]) -> optuna.Study:
    """One complete trial."""
    study = optuna.create_study(direction="minimize", pruner=CellPruner())
    enqueue(study, 0, "ahead", LIMITS[0])
    assert reported(study, losses) is None
    return study


def test_pruning_compares_within_search_cell_and_budget() -> None:
    study = pruning_study([1.0, 0.9, 0.8])
    for search, cell, limit, stopped in (
        (1, "ahead", LIMITS[0], 6),
        (2, "ahead", LIMITS[0], None),
        (1, "behind", LIMITS[0], None),
        (1, "ahead", LIMITS[1], None),
    ):
        enqueue(study, 10, cell, limit, search)
        assert reported(study, [3.0] * 8) == stopped


def test_what_has_flattened_out_behind_the_best_is_pruned() -> None:
    study = pruning_study([1.0, 0.5, 0.4])
    enqueue(study, 1, "ahead", LIMITS[0])
    assert reported(study, [1.0, 0.7, 0.6, 0.55, 0.53, 0.52, 0.51, 0.50]) == 6


def test_what_learns_slowly_goes_on_while_it_can_reach_the_best() -> None:
    """The loss falls by the same amount whenever the epochs double, as a straight line."""
    study = pruning_study([1.0, 0.5, 0.4])
    slow = [1.4 - 0.2 * math.log2(look) for look in range(1, 40)]
    enqueue(study, 1, "ahead", LIMITS[0])
    assert reported(study, slow) == 6  # at 0.88, and 0.3 more are expected
    near = [loss - 0.3 for loss in slow]
    enqueue(study, 2, "ahead", LIMITS[0])
    assert reported(study, near) is None
    assert min(near) < 0.4


def test_nothing_is_pruned_before_a_trial_is_complete() -> None:
    study = optuna.create_study(direction="minimize", pruner=CellPruner())
    for slot in range(3):
        enqueue(study, slot, "ahead", LIMITS[0])
    first, second = study.ask(), study.ask()
    for trial, loss in ((first, 0.1), (second, 9.0)):
        for look in range(1, 9):
            trial.report(loss, look)
            assert not trial.should_prune()
    study.tell(first, 0.1)
    assert second.should_prune()


def test_an_early_end_counts_with_its_lowest_loss() -> None:
    study = pruning_study([1.0, 0.5, 0.9])  # overfitted, and ended
    enqueue(study, 1, "ahead", LIMITS[0])
    assert reported(study, [1.0, 0.9, 0.8, 0.7, 0.6, 0.55, 0.9, 0.52]) is None
    enqueue(study, 2, "ahead", LIMITS[0])
    assert reported(study, [1.0, 0.8, 0.7, 0.7, 0.7, 0.7]) == 6


@pytest.mark.parametrize(
    ("distribution", "values"),
    [
        (FloatDistribution(1.0, 3.0), {0.0: 1.0, 0.5: 2.0}),
        (FloatDistribution(0.01, 1.0, log=True), {0.0: 0.01, 0.5: 0.1}),
        (IntDistribution(1, 4), {0.0: 1, 0.249: 1, 0.251: 2, 0.999: 4}),
        (IntDistribution(1, 40, log=True), {0.0: 1, 0.9999: 40}),
        (IntDistribution(7, 7), {0.0: 7, 0.9999: 7}),
        (CategoricalDistribution(("a", "b", "c")), {0.0: "a", 0.4: "b", 0.9999: "c"}),
    ],
)
def test_shares_of_a_range(
    distribution: optuna.distributions.BaseDistribution, values: dict[float, object]
) -> None:
    for share, value in values.items():
        found = value_at(share, distribution)
        assert found == pytest.approx(value) if isinstance(value, float) else found == value


def test_derived_seeds_differ_by_study_place_and_purpose() -> None:
    seeds = {
        derived_seed(seed, place, purpose)
        for seed in range(10)
        for place in range(100)
        for purpose in ("search", "confirm", "sampler")
    }
    assert len(seeds) == 3000
    assert all(0 <= seed < 2**31 for seed in seeds)
