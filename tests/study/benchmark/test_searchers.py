"""Searches in a table of trainings: what is paid, and what is concluded."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from unittest.mock import Mock

import keras_tuner
import numpy as np
import pytest
from scipy import stats

from search_spaces import Budget, Candidate, Cell
from search_spaces.kerastuner import candidate
from study.benchmark.intervals import difference, mean
from study.benchmark.tabulated import efficiency
from study.benchmark.tabulated.efficiency import Comparison, incumbent_accuracy, tables
from study.benchmark.tabulated.evaluator import Evaluator, TabulatedTrial
from study.benchmark.tabulated.oracles import run_trial
from study.benchmark.tabulated.searchers import NaiveSpace, searches
from study.benchmark.tabulated.trainings import Training, TrainingTable, load_whole
from study.errors import UserError
from tests.support.made_up.trainings import STORED, default_plan, made_up

OURS, UNPRUNED, *PEERS = searches()


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    return made_up()


class Watched(Evaluator):
    """An evaluator that keeps, for every training it gave out, what was paid for it."""

    def __init__(self, table: TrainingTable, max_epochs: int, seed: int) -> None:
        super().__init__(table, max_epochs, seed)
        self.given: list[Training] = []
        self.paid: list[int] = []

    def training(self, candidate: Candidate) -> Training | None:
        training = super().training(candidate)
        if training is not None:
            self.given.append(training)
        return training

    def train(self, epochs: int) -> None:
        super().train(epochs)
        self.paid.append(epochs)


def searched(name: str, table: TrainingTable, max_epochs: int = 300, seed: int = 0) -> Watched:
    evaluator = Watched(table, max_epochs, seed)
    searches()[name](evaluator)
    return evaluator


# What is paid


@pytest.mark.parametrize("seed", range(5))
def test_ours_wastes_nothing(table: TrainingTable, seed: int) -> None:
    tried = searched(OURS, table, seed=seed).trials
    assert all(trial.point is not None and not trial.repeated for trial in tried)
    assert [trial.cell for trial in tried[:4]] == [Cell.LSTM, Cell.GRU, Cell.LSTM, Cell.GRU]


@pytest.mark.parametrize("name", [OURS, "Optuna"])
def test_a_pruned_trial_pays_for_what_it_trained(table: TrainingTable, name: str) -> None:
    evaluator = searched(name, table)
    trained = [trial for trial in evaluator.trials if trial.point is not None]
    ends = [0] + [trial.epochs for trial in trained]
    paid = [end - start for start, end in pairwise(ends)]
    pruned = [trial.loss is None for trial in trained]
    assert any(pruned)
    for training, epochs, early, trial in zip(evaluator.given, paid, pruned, trained, strict=True):
        assert 1 <= epochs <= len(training.curve)
        if not early:
            assert epochs == len(training.curve)
            assert trial.loss == min(training.curve)
    assert sum(paid) == evaluator.trials[-1].epochs == sum(evaluator.paid)


def test_what_is_not_pruned_trains_to_its_end(table: TrainingTable) -> None:
    evaluator = searched(UNPRUNED, table)
    assert [trial.loss for trial in evaluator.trials] == [
        min(training.curve) for training in evaluator.given
    ]
    assert sum(evaluator.paid) == sum(len(training.curve) for training in evaluator.given)


@pytest.mark.parametrize("name", PEERS)
def test_peers_keep_to_the_epochs_and_to_the_budget(table: TrainingTable, name: str) -> None:
    evaluator = searched(name, table, max_epochs=150)  # its random beginning, for the Bayesian one
    assert 150 <= evaluator.trials[-1].epochs < 150 + table.plan.epochs
    over = [trial for trial in evaluator.trials if trial.point is None]
    assert bool(over) == (name != "random")
    assert all(trial.loss is None for trial in over)


def test_hyperband_pays_for_additional_epochs_only(table: TrainingTable) -> None:
    evaluator = searched("KerasTuner Hyperband", table, max_epochs=400)
    trained = [trial for trial in evaluator.trials if trial.point is not None]
    assert len(trained) > len(evaluator.given)  # some went on
    assert sum(evaluator.paid) <= sum(len(training.curve) for training in evaluator.given)
    assert set(evaluator.paid[:8]) == {2}  # the first bracket begins with 2 of 100 epochs
    assert not any(trial.repeated for trial in evaluator.trials)


def test_a_promoted_trial_goes_on_with_the_same_training(table: TrainingTable) -> None:
    space = NaiveSpace.like(table.plan.space)
    known = keras_tuner.HyperParameters()
    candidate(space, known)
    evaluator, oracle = Watched(table, 100, 0), Mock()
    trainings: dict[str, Training] = {}
    rounds = ((0, 3, None), (3, 7, "0"), (7, 80, "1"), (7, 80, "1"))
    for number, (done, epochs, before) in enumerate(rounds):
        values = known.copy()
        values.values |= {"tuner/initial_epoch": done, "tuner/epochs": epochs}
        if before is not None:
            values.values["tuner/trial_id"] = before
        trial = Mock(trial_id=str(number), hyperparameters=values)
        assert run_trial(trial, space, trainings, evaluator, oracle) == "COMPLETED"
    (training,) = evaluator.given
    assert evaluator.paid == [3, 4, len(training.curve) - 7, len(training.curve) - 7]
    told = [call.args[1]["val_loss"] for call in oracle.update_trial.call_args_list]
    assert told == [min(training.curve[:epochs]) for _, epochs, _ in rounds]


def test_a_tuner_that_is_stuck_gives_up(
    table: TrainingTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainingTable, "training", Mock(side_effect=AssertionError))
    space = replace(table.plan.space, budget=Budget(80), budgets=1)
    tight = replace(table, plan=replace(table.plan, space=space))
    evaluator = searched("KerasTuner RandomSearch", tight)
    assert [trial.point for trial in evaluator.trials] == [None] * 10


# What is concluded


def test_the_incumbent_is_the_best_so_far_of_its_cell() -> None:
    worth = np.array([[0.5, 0.7], [0.6, 0.9]])
    trials = [
        TabulatedTrial(Cell.GRU, (1, 1), 0.1, 1, False),
        TabulatedTrial(Cell.LSTM, None, None, 1, False),
        TabulatedTrial(Cell.LSTM, (0, 0), 0.8, 2, False),
        TabulatedTrial(Cell.LSTM, (1, 1), None, 3, False),  # pruned
        TabulatedTrial(Cell.LSTM, (0, 1), 0.8, 4, False),  # no better
        TabulatedTrial(Cell.LSTM, (1, 0), 0.79, 5, False),
        TabulatedTrial(Cell.LSTM, (1, 1), 0.7, 9, False),  # too late
    ]
    found = incumbent_accuracy(trials, worth, Cell.LSTM, 6)
    assert found.tolist() == pytest.approx([0.675, 0.675, 0.5, 0.5, 0.5, 0.6, 0.6])


def test_intervals_are_scipys() -> None:
    drawn = np.random.default_rng(0)
    ours, theirs = drawn.normal(0.7, 0.01, 12), drawn.normal(0.69, 0.03, 9)
    found = difference(ours, theirs)
    expected = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    single = stats.ttest_1samp(ours, 0).confidence_interval(0.95)
    assert mean(ours).high - mean(ours).mean == pytest.approx((single.high - single.low) / 2)
    constant = difference(np.full(3, 0.7), np.full(3, 0.6))
    assert (constant.low, constant.high) == pytest.approx((0.1, 0.1))


def compared(table: TrainingTable, names: list[str], repetitions: int) -> Comparison:
    trials = {
        name: [searched(name, table, 500, seed).trials for seed in range(repetitions)]
        for name in names
    }
    return Comparison(table, 200, trials)


def test_tables_say_what_was_found(table: TrainingTable) -> None:
    comparison = compared(table, [OURS, "random"], 3)
    lstm, gru, effort = tables(comparison)
    assert (lstm.name, gru.name, effort.name) == ("search_lstm", "search_gru", "search_effort")
    for cell, found in ((Cell.LSTM, lstm), (Cell.GRU, gru)):
        best = comparison.table.worth[cell].max()
        for row in found.rows:
            budget, name, accuracy, _, regret, difference, *_ = row
            assert isinstance(budget, float)
            assert isinstance(accuracy, float)
            mean = comparison.accuracy(str(name), cell, budget).mean()
            assert accuracy == pytest.approx(mean)
            assert regret == pytest.approx(best - mean)
            if name != OURS:
                ours = comparison.accuracy(OURS, cell, budget).mean()
                assert difference == pytest.approx(ours - mean)
    assert effort.rows[0][0] == OURS
    assert effort.rows[0][-2:] == (0.0, 0.0)


def test_a_search_catches_up_where_its_mean_does(table: TrainingTable) -> None:
    values = table.worth[Cell.LSTM]
    best, worst = (
        tuple(int(level) for level in np.unravel_index(place, values.shape))
        for place in (values.argmax(), values.argmin())
    )

    def found(point: tuple[int, ...], spent: int) -> list[TabulatedTrial]:
        return [TabulatedTrial(Cell.LSTM, point, 0.7, spent, False)]

    trials = {
        "ours": [found(best, 90), found(best, 100)],
        "late": [found(best, 110), found(best, 150)],
        "never": [found(worst, 10), found(best, 10)],
    }
    comparison = Comparison(table, 100, trials)
    assert comparison.max_epochs == 250
    assert comparison.plans_to_our_accuracy("ours", Cell.LSTM) == 1.0
    assert comparison.plans_to_our_accuracy("late", Cell.LSTM) == 1.5
    assert comparison.plans_to_our_accuracy("never", Cell.LSTM) is None
    *_, effort = tables(comparison)
    assert [row[1] for row in effort.rows] == [1.0, 1.5, "> 2.5"]


def test_one_repetition_has_no_interval(table: TrainingTable, tmp_path: Path) -> None:
    table.save(tmp_path / "table.npz")
    with pytest.raises(UserError, match="2 repetitions or more, but 1 was"):
        efficiency.measure(1, tmp_path / "table.npz")


@pytest.mark.slow
def test_every_search_is_repeated_in_processes(table: TrainingTable, tmp_path: Path) -> None:
    table.save(tmp_path / "table.npz")
    found = efficiency.measure(2, tmp_path / "table.npz")
    assert [row[0] for row in found[-1].rows] == [OURS, UNPRUNED, *PEERS]


@pytest.fixture(scope="module")
def stored() -> TrainingTable:
    return load_whole(STORED, default_plan())


def test_the_stored_table_is_not_worse_searched_by_ours(stored: TrainingTable) -> None:
    comparison = compared(stored, [OURS, "Optuna", "random"], 6)
    for cell in stored.plan.cells:
        for name in ("Optuna", "random"):
            ours, theirs = (comparison.accuracy(one, cell, 1.0) for one in (OURS, name))
            assert difference(ours, theirs).high > 0
    for tried in comparison.trials[OURS]:
        assert all(trial.point is not None and not trial.repeated for trial in tried)
