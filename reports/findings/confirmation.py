"""What confirmation found, as numbers."""

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate, Interval, mean
from reports.findings.answer import Answer, BudgetAnswer, accuracy_of
from search_spaces.matching import Sizes
from study.trials.record import ConfirmationRecord, Status, StudyRecord

Cost = Callable[[ConfirmationRecord], float | None]


class Range(NamedTuple):
    """Where a model lies on an axis: a value, and what it ranges over."""

    low: float
    middle: float
    high: float


Size = Callable[[BudgetAnswer, str], Range | None]  # of a cell at a budget: parameters or a cost


def by_search(answered: BudgetAnswer, cell: str) -> NDArray[np.float64]:
    """Test accuracy of a cell in each search, mean over its seeds: (searches,)."""
    found: NDArray[np.float64] = answered.answers.accuracies(cell).mean(axis=1)
    return found


def mean_accuracy(answered: BudgetAnswer, cell: str) -> Estimate:
    """Mean test accuracy of a cell at a budget, over searches."""
    return mean(by_search(answered, cell))


def accuracy_span(found: Estimate) -> Interval | None:
    """Its 95 % interval, as far as accuracies go."""
    span = found.interval()
    return Interval(max(0.0, span.low), min(1.0, span.high)) if span else None


def range_of(values: list[float]) -> Range | None:
    """Least, median and most; None of nothing."""
    return Range(min(values), median(values), max(values)) if values else None


def matched_size(answered: BudgetAnswer, cell: str) -> Range:
    """Parameters of a cell's winners at a budget, as the budget's scope counts them."""
    found = range_of([float(each.counts[cell]) for each in answered.winners])
    assert found is not None  # at least one search answers
    return found


def sizes_at(record: StudyRecord, limit: int) -> Sizes:
    """The compared sizes at a budget of the search that has the smallest there."""
    found = [each for one in record.searches for each in one.budgets if each.limit == limit]
    least = min(found, key=lambda each: min(each.counts.values()))
    within = all(each.within_tolerance for each in found)
    winners = least.winners.values()
    models = tuple(winner.candidate.model_parameters(record.task) for winner in winners)
    return Sizes(limit, tuple(least.counts.values()), models, within)


def runs_with_less_effort(record: StudyRecord) -> int:
    """Ended runs of what had won after a part of the trials, and of no winner."""
    winners = {
        (search.number, budget.limit, cell): winner.candidate
        for search in record.searches
        for budget in search.budgets
        for cell, winner in budget.winners.items()
    }
    return sum(
        run.candidate != winners.get((run.search, run.budget, run.cell), run.candidate)
        for run in ended_runs(record)
    )


def ended_runs(record: StudyRecord) -> list[ConfirmationRecord]:
    """Those that were scored, or failed."""
    return [run for run in record.confirmations if run.status in {Status.COMPLETE, Status.FAILED}]


def runs_of(answered: BudgetAnswer, cell: str) -> list[ConfirmationRecord]:
    """A cell's runs at a budget, by search and replicate."""
    return [run for runs in answered.answers.runs[cell] for run in runs]


def cost_of(answered: BudgetAnswer, cell: str, cost: Cost) -> Range | None:
    """Least, median and most cost of a cell's runs at a budget; None where none is known."""
    costs = (cost(run) for run in runs_of(answered, cell))
    return range_of([value for value in costs if value is not None and value > 0])


def training_seconds(run: ConfirmationRecord) -> float | None:
    """Seconds of training alone."""
    return run.training_seconds


def inference_microseconds(run: ConfirmationRecord) -> float | None:
    """Microseconds to answer one test example."""
    return run.inference_microseconds


class Optimism(NamedTuple):
    """How far validation lies above test at the budget that was asked for, means of a cell.

    Attributes:
        chosen: Validation accuracy of the trials that won, minus test accuracy of their runs.
        confirmed: Validation accuracy of those runs, which nobody chose, minus test accuracy.
    """

    chosen: float
    confirmed: float

    @property
    def of_choosing(self) -> float:
        """What is left for having been chosen."""
        return self.chosen - self.confirmed


def optimism(record: StudyRecord, answer: Answer, cell: str) -> Optimism | None:
    """Of the winners of the searches that count; None where one of the two is not known."""
    asked = answer.budgets[0] if answer.budgets else None
    if asked is None:
        return None
    trials = {trial.number: trial for trial in record.trials}
    chosen, confirmed = [], []
    for winners, runs in zip(asked.winners, asked.answers.runs[cell], strict=True):
        number = winners.winners[cell].trial
        won = None if number is None else trials.get(number)
        for run in runs:
            if run.test_accuracy is None or run.validation_accuracy is None:
                continue
            confirmed.append(run.validation_accuracy - run.test_accuracy)
            if won and won.validation_accuracy is not None:
                chosen.append(accuracy_of(won) - run.test_accuracy)
    if not chosen or not confirmed:
        return None
    return Optimism(float(np.mean(chosen)), float(np.mean(confirmed)))
