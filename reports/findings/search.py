"""What the search found, as numbers."""

from collections.abc import Sequence

from reports.findings.answer import accuracy_of, complete_trials, loss_of
from reports.findings.frontier import Sized
from reports.findings.importances import varied
from study.trials.record import Status, StudyRecord, TrialRecord


def size_of(trial: TrialRecord, record: StudyRecord) -> int:
    """Parameters of a complete trial, as the budget's scope counts them."""
    assert trial.candidate is not None
    return trial.candidate.parameters(record.budget.scope, record.task)


def sized_trials(record: StudyRecord, cell: str) -> list[Sized]:
    """The complete trials of one cell as points of accuracy against parameters."""
    return [
        Sized(size_of(trial, record), accuracy_of(trial))
        for trial in complete_trials(record.trials, cell)
    ]


def scope_label(record: StudyRecord) -> str:
    """What the budget counts: the axis label of every size."""
    return f"{record.budget.scope.value.capitalize()} parameters"


def asked_trials(record: StudyRecord, cell: str) -> list[TrialRecord]:
    """The complete trials of one cell at the budget that was asked for, of all searches."""
    return complete_trials(record.trials, cell, record.budget.limit)


def leaders(record: StudyRecord, cell: str, most: int) -> list[TrialRecord]:
    """Of these the ones of lowest validation loss, best first."""
    return sorted(asked_trials(record, cell), key=loss_of)[:most]


def winning_trials(record: StudyRecord, cell: str) -> list[TrialRecord]:
    """The trials at the budget that was asked for which won their search."""
    numbers = {
        winner.trial
        for search in record.searches
        for budget in search.budgets
        if budget.limit == record.budget.limit and (winner := budget.winners.get(cell))
    }
    return [trial for trial in asked_trials(record, cell) if trial.number in numbers]


def hyperparameter_names(record: StudyRecord) -> list[str]:
    """Hyperparameters that differ between these trials of any cell."""
    names: dict[str, None] = {}
    for cell in record.cells:
        names.update(dict.fromkeys(varied(asked_trials(record, cell))))
    return list(names)


def trial_counts(record: StudyRecord) -> dict[str, int]:
    """How the search's trials ended; over budget and run twice, which must be none."""
    trials = record.trials
    return {
        "planned": record.planned,
        "complete": count_status(trials, Status.COMPLETE),
        "pruned": count_status(trials, Status.PRUNED),
        "failed": count_status(trials, Status.FAILED),
        "over_budget": sum(_over_budget(trial, record) for trial in trials),
        "duplicates": _duplicates(record),
    }


def count_status(trials: Sequence[TrialRecord], status: Status) -> int:
    """Trials of this status."""
    return sum(trial.status is status for trial in trials)


def _over_budget(trial: TrialRecord, record: StudyRecord) -> bool:
    """Counted afresh from what was built, not from what the trial says of itself."""
    candidate = trial.candidate
    return candidate is not None and record.budget.excess(candidate, record.task) > 0


def _duplicates(record: StudyRecord) -> int:
    """Finished trials beyond the first of their place in the plan."""
    places = [trial.slot for trial in record.trials if trial.finished]
    return len(places) - len(set(places))
