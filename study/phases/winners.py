"""The winners of a search: chosen once, when it is complete, and stored with the study.

What has been scored on the test split is never chosen again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import optuna

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from search_spaces.matching import Matched, match
from study.question.plan import StudyPlan
from study.trials.record import (
    BudgetWinners,
    EffortWinners,
    SearchRecord,
    Status,
    TrialRecord,
    Winner,
    winner,
)

_EFFORTS = (4, 2, 1)  # the trials of a cell are divided by these
_ATTRIBUTE = "winners of search "  # study attribute, followed by the search's number

Winners = Mapping[str, Winner]


def choose(trials: Sequence[TrialRecord], plan: StudyPlan, number: int) -> SearchRecord:
    """The matched winners of a search at every budget, and what had won with less effort.

    A budget at which a cell has no candidate at all is left out.

    Args:
        trials: Of all searches.
        number: Of the search.
    """
    # What was requeued is in the plan once more.
    mine = [
        trial for trial in trials if trial.search == number and trial.status is not Status.REQUEUED
    ]
    budgets = [
        _budget_winners(found, budget, plan)
        for budget in plan.ladder()
        if (found := _winners(mine, budget, plan))
    ]
    return SearchRecord(number, tuple(budgets), tuple(_efforts(mine, plan)))


def given(candidates: Mapping[Cell, Candidate], plan: StudyPlan, number: int) -> SearchRecord:
    """Candidates as if a search had found them, at every budget."""
    found = {str(cell): Winner(candidates[cell], None) for cell in plan.cells}
    budgets = tuple(_budget_winners(found, budget, plan) for budget in plan.ladder())
    return SearchRecord(number, budgets, ())


def keep(study: optuna.Study, chosen: SearchRecord) -> None:
    """Store the winners with the Optuna study that confirms them."""
    study.set_user_attr(f"{_ATTRIBUTE}{chosen.number}", _packed(chosen))


def kept(study: optuna.Study, plan: StudyPlan) -> tuple[SearchRecord, ...]:
    """The searches whose winners are chosen, in order."""
    numbers = sorted(
        int(name.removeprefix(_ATTRIBUTE))
        for name in study.user_attrs
        if name.startswith(_ATTRIBUTE)
    )
    return tuple(
        _unpacked(number, study.user_attrs[f"{_ATTRIBUTE}{number}"], plan) for number in numbers
    )


def _efforts(trials: Sequence[TrialRecord], plan: StudyPlan) -> Iterable[EffortWinners]:
    """At the asked budget, after a quarter, half and all of the trials of each cell."""
    for count in sorted({-(-plan.trials_of_a_cell // divisor) for divisor in _EFFORTS}):
        if found := _winners(trials, plan.budget, plan, count):
            yield EffortWinners(count, _matched(found, plan.budget, plan))


def _winners(
    trials: Sequence[TrialRecord], budget: Budget, plan: StudyPlan, count: int | None = None
) -> Winners | None:
    """Of each cell's first trials at a budget; None where a cell has none with a candidate."""
    found = {}
    for cell in plan.cells:
        group = [trial for trial in trials if (trial.cell, trial.budget) == (cell, budget.limit)]
        best = winner(sorted(group, key=lambda trial: trial.slot)[:count])
        if best is None or best.candidate is None:
            return None
        found[str(cell)] = Winner(best.candidate, best.number)
    return found


def _matched(found: Winners, budget: Budget, plan: StudyPlan) -> Winners:
    matched = match([one.candidate for one in found.values()], budget, plan.task).candidates
    return {
        cell: Winner(candidate, one.trial)
        for (cell, one), candidate in zip(found.items(), matched, strict=True)
    }


def _budget_winners(found: Winners, budget: Budget, plan: StudyPlan) -> BudgetWinners:
    return _described(_matched(found, budget, plan), budget.limit, plan)


def _described(winners: Winners, limit: int, plan: StudyPlan) -> BudgetWinners:
    matched = Matched.of(
        [one.candidate for one in winners.values()], Budget(limit, plan.budget.scope), plan.task
    )
    counts = dict(zip(winners, matched.counts, strict=True))
    return BudgetWinners(limit, winners, counts, matched.within_tolerance)


def _packed(chosen: SearchRecord) -> dict[str, Any]:
    """The winners as JSON has them; how they match is found again."""
    return {
        "budgets": {str(one.limit): _packed_winners(one.winners) for one in chosen.budgets},
        "effort": {str(one.trials): _packed_winners(one.winners) for one in chosen.effort},
    }


def _packed_winners(winners: Winners) -> dict[str, Any]:
    return {
        cell: {"trial": one.trial, "candidate": asdict(one.candidate)}
        for cell, one in winners.items()
    }


def _unpacked(number: int, packed: Mapping[str, Any], plan: StudyPlan) -> SearchRecord:
    budgets = (
        _described(_unpacked_winners(winners), int(limit), plan)
        for limit, winners in packed["budgets"].items()
    )
    efforts = (
        EffortWinners(int(trials), _unpacked_winners(winners))
        for trials, winners in packed["effort"].items()
    )
    return SearchRecord(number, tuple(budgets), tuple(efforts))


def _unpacked_winners(packed: Mapping[str, Any]) -> Winners:
    return {
        cell: Winner(Candidate.of(one["candidate"]), one["trial"]) for cell, one in packed.items()
    }
