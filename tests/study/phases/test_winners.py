"""What a search has won, at every budget and with less effort, and what is then confirmed."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import optuna
import pytest

from search_spaces.cells import Cell
from study.phases.confirmation import confirmation_slots
from study.phases.search import search_slots, split_seed
from study.phases.winners import choose, given, keep, kept
from study.question.plan import StudyPlan, resolve
from study.question.settings import AnswerSettings, QuestionSettings, SearchSettings, Settings
from study.trials import attributes as attrs
from study.trials.record import Status, TrialRecord

BUDGETS = (20_736, 5_184)
SETTINGS = Settings(
    question=QuestionSettings(budgets=len(BUDGETS)),
    search=SearchSettings(n_trials=32),
    answer=AnswerSettings(replicates=3),
)


@pytest.fixture(scope="module")
def plan() -> StudyPlan:
    return resolve(SETTINGS)


def trials(plan: StudyPlan, search: int = 1) -> Iterator[TrialRecord]:
    """A search's trials, each with a candidate and a loss of its own, the first ones the worst."""
    numbers = count(100 * search)
    for slot in search_slots(plan, search):
        cell, number = Cell(slot.attributes[attrs.CELL]), next(numbers)
        yield TrialRecord(
            number=number,
            slot=slot.number,
            search=search,
            cell=str(cell),
            budget=slot.attributes[attrs.BUDGET],
            status=Status.COMPLETE,
            candidate=replace(plan.space.narrowest(cell), units=5, dropout=number / 1000),
            cell_parameters=None,
            model_parameters=None,
            validation_loss=1 - number / 1000,
            validation_accuracy=0.5,
            epochs=4.0,
            seconds=1.0,
            peak_memory=None,
            seed=1,
            curve=(),
            hyperparameters={},
            reason=None,
            excess=0,
        )


def test_every_cell_has_the_same_trials_at_every_budget(plan: StudyPlan) -> None:
    kinds = [
        (slot.attributes[attrs.CELL], slot.attributes[attrs.BUDGET])
        for slot in search_slots(plan, 2)
    ]
    assert {kinds.count((cell, limit)) for cell in plan.cells for limit in BUDGETS} == {8}
    assert kinds[:4] == [(cell, limit) for limit in BUDGETS for cell in ("lstm", "gru")]


def test_searches_share_neither_slots_nor_splits(plan: StudyPlan) -> None:
    slots = [slot.number for number in (1, 2, 3) for slot in search_slots(plan, number)]
    assert len(set(slots)) == 3 * 32
    assert len({split_seed(plan, number) for number in (1, 2, 3)}) == 3


def test_the_lowest_validation_loss_wins_its_cell_and_budget(plan: StudyPlan) -> None:
    everything = [*trials(plan, 1), *trials(plan, 2)]
    chosen = choose(everything, plan, 1)
    assert [one.limit for one in chosen.budgets] == list(BUDGETS)
    for one in chosen.budgets:
        assert one.within_tolerance
        for cell, won in one.winners.items():
            group = [
                trial
                for trial in everything
                if (trial.search, trial.cell, trial.budget) == (1, cell, one.limit)
            ]
            best = min(group, key=lambda trial: trial.validation_loss or math.inf)
            assert won.trial == best.number
            assert best.candidate is not None
            assert won.candidate.dropout == best.candidate.dropout
            assert 0.9 * one.limit < one.counts[cell] <= one.limit


def test_what_is_not_complete_does_not_win(plan: StudyPlan) -> None:
    pruned = [
        trial if trial.number % 3 else replace(trial, status=Status.PRUNED, validation_loss=0.0)
        for trial in trials(plan)
    ]
    chosen = choose(pruned, plan, 1)
    assert all(won.trial % 3 for one in chosen.budgets for won in one.winners.values() if won.trial)


def test_a_cell_that_always_fails_is_confirmed_all_the_same(plan: StudyPlan) -> None:
    failed = [
        replace(trial, status=Status.FAILED, validation_loss=None) if trial.cell == "gru" else trial
        for trial in trials(plan)
    ]
    chosen = choose(failed, plan, 1)
    assert [one.winners["gru"].trial for one in chosen.budgets] == [101, 103]  # the first


def test_a_budget_without_a_candidate_of_a_cell_is_left_out(plan: StudyPlan) -> None:
    unbegun = [
        replace(trial, status=Status.FAILED, candidate=None)
        if (trial.cell, trial.budget) == ("gru", BUDGETS[1])
        else trial
        for trial in trials(plan)
    ]
    assert [one.limit for one in choose(unbegun, plan, 1).budgets] == [BUDGETS[0]]


def test_effort_is_a_ladder_of_a_quarter_half_and_all(plan: StudyPlan) -> None:
    effort = choose(list(trials(plan)), plan, 1).effort
    assert [one.trials for one in effort] == [2, 4, 8]
    assert [one.winners["lstm"].trial for one in effort] == [104, 112, 128]


def test_winners_are_stored_as_they_were_chosen(plan: StudyPlan) -> None:
    study = optuna.create_study()
    chosen = [choose(list(trials(plan, number)), plan, number) for number in (2, 1)]
    for one in chosen:
        keep(study, one)
    assert kept(study, plan) == tuple(reversed(chosen))


def test_all_that_is_compared_shares_a_seed(plan: StudyPlan) -> None:
    slots = [
        slot
        for number in (1, 2)
        for slot in confirmation_slots(choose(list(trials(plan, number)), plan, number), plan)
    ]
    assert len({slot.number for slot in slots}) == len(slots)
    seeds: dict[tuple[int, int, int], set[int]] = {}
    for slot in slots:
        place = (attrs.SEARCH, attrs.BUDGET, attrs.REPLICATE)
        key = tuple(slot.attributes[name] for name in place)
        seeds.setdefault(key, set()).add(slot.attributes[attrs.SEED])
    assert all(len(shared) == 1 for shared in seeds.values())
    assert len(set.union(*seeds.values())) == len(seeds) == 2 * 2 * 3


def test_only_other_candidates_are_confirmed_with_less_effort(plan: StudyPlan) -> None:
    rising = list(trials(plan))
    # Of the LSTM the first trial is the best throughout; of the GRU the last so far, always.
    first_best = [
        replace(trial, validation_loss=0.0) if trial.number == 100 else trial for trial in rising
    ]
    chosen = choose(first_best, plan, 1)
    cells = [slot.attributes[attrs.CELL] for slot in confirmation_slots(chosen, plan)]
    assert cells.count("lstm") == len(BUDGETS) * plan.replicates
    assert cells.count("gru") == len(BUDGETS) * plan.replicates + 2


def test_given_candidates_take_the_place_of_winners(plan: StudyPlan) -> None:
    candidates = {cell: plan.space.narrowest(cell) for cell in plan.cells}
    one = given(candidates, plan, 3)
    assert one.number == 3
    assert not one.effort
    assert len(confirmation_slots(one, plan)) == 2 * len(BUDGETS) * plan.replicates
