"""What the search found, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.comparison.selection import expected_best
from reports.findings.answer import accuracy_of, complete_trials
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


@dataclass(frozen=True)
class Progress:
    """How one cell's search went.

    Attributes:
        tried: Finished trials of the cell at each improvement, and at the end.
        best: Best validation accuracy by then.
        expected: Expected best of n complete trials in random order, for n = 1 and on.
    """

    tried: tuple[int, ...]
    best: tuple[float, ...]
    expected: tuple[float, ...]


def progress(record: StudyRecord, cell: str) -> Progress:
    """Best so far against finished trials of one cell: pruned and failed ones took their turn."""
    finished = [trial for trial in record.trials if trial.cell == cell and trial.finished]
    complete = {trial.number for trial in complete_trials(finished)}
    tried: list[int] = []
    best: list[float] = []
    for place, trial in enumerate(finished, start=1):
        if trial.number in complete and (not best or accuracy_of(trial) > best[-1]):
            tried.append(place)
            best.append(accuracy_of(trial))
    if best and tried[-1] < len(finished):
        tried.append(len(finished))
        best.append(best[-1])
    accuracies = np.array([accuracy_of(trial) for trial in complete_trials(finished)])
    return Progress(tuple(tried), tuple(best), tuple(expected_best(accuracies).tolist()))


def leaders(record: StudyRecord, cell: str, most: int) -> list[TrialRecord]:
    """The best complete trials of one cell, best first."""
    trials = complete_trials(record.trials, cell)
    return sorted(trials, key=lambda trial: -accuracy_of(trial))[:most]


def hyperparameter_names(record: StudyRecord) -> list[str]:
    """Hyperparameters that differ between the complete trials of either cell."""
    names: dict[str, None] = {}
    for cell in record.cells:
        names.update(dict.fromkeys(varied(complete_trials(record.trials, cell))))
    return list(names)


def trial_counts(record: StudyRecord) -> dict[str, int]:
    """How the search's trials ended; over budget and run twice, which must be none."""
    trials = record.trials
    return {
        "planned": record.planned,
        "complete": count_status(trials, Status.COMPLETE),
        "pruned": count_status(trials, Status.PRUNED),
        "failed": count_status(trials, Status.FAILED),
        "requeued": count_status(trials, Status.REQUEUED),
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
