"""From a study's records to paired runs, and from those to the verdict."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate
from reports.comparison.runs import PairedRuns
from reports.comparison.selection import optimism
from reports.comparison.verdict import BudgetComparison, Outcome, Verdict, compare
from reports.words.statement import Statement, statement
from search_spaces.cells import cell_name
from study.errors import UserError
from study.terminal.words import number_of
from study.trials.record import (
    BudgetRecord,
    ConfirmationRecord,
    Status,
    StudyRecord,
    TrialRecord,
    best_trials,
)


@dataclass(frozen=True)
class BudgetAnswer:
    """One budget at which at least one pair of runs is complete.

    Attributes:
        runs: Of each cell, by replicate; run `i` of either cell belongs to the same pair.
    """

    budget: BudgetRecord
    runs: Mapping[str, tuple[ConfirmationRecord, ...]]
    comparison: BudgetComparison

    def accuracies(self, cell: str) -> NDArray[np.float64]:
        """Test accuracies of one cell's runs, fractions, (seeds,)."""
        return np.array([run.test_accuracy for run in self.runs[cell]], dtype=np.float64)


@dataclass(frozen=True)
class Answer:
    """What a study has found out so far.

    Attributes:
        statement: The verdict in plain words.
        verdict: None before the first pair of confirmation runs is complete.
        budgets: Largest budget first; only those with a complete pair.
        best: The complete trial of highest validation accuracy of each cell that has one.
        optimism: Of the choice of each confirmed trial, where its confirmation at the full
            budget has run: validation accuracy of the trial, minus test accuracy.
    """

    statement: Statement
    verdict: Verdict | None
    budgets: tuple[BudgetAnswer, ...]
    best: Mapping[str, TrialRecord]
    optimism: Mapping[str, Estimate]

    @property
    def sentence(self) -> str:
        """The verdict in plain words, as one string."""
        return str(self.statement)

    @property
    def decided(self) -> bool:
        """Whether there is a verdict, and it is not that nothing can be said."""
        return self.verdict is not None and self.verdict.outcome is not Outcome.UNDECIDED

    @property
    def by_example(self) -> bool:
        """Whether the verdict counts the choice of the test examples, too."""
        return all(
            answered.comparison.over_seeds_and_examples is not None for answered in self.budgets
        )

    @property
    def pairs(self) -> int:
        """Pairs of runs, over all budgets."""
        return sum(answered.comparison.seeds for answered in self.budgets)


def answer(record: StudyRecord) -> Answer:
    """Answer the study's question as far as its records allow.

    Raises:
        UserError: A run's answers do not belong to this test split.
    """
    best = best_trials(record.trials)
    paired = _pair_up(record)
    if not paired:
        return Answer(Statement(_no_verdict(record)), None, (), best, {})
    runs = _paired_runs(record, paired)
    verdict = compare(runs, record.cells, record.margin)
    comparisons = {comparison.limit: comparison for comparison in verdict.budgets}
    budgets = tuple(
        BudgetAnswer(budget, paired[budget.limit], comparisons[budget.limit])
        for budget in sorted(record.budgets, key=lambda budget: -budget.limit)
        if budget.limit in paired
    )
    return Answer(
        statement(verdict, record.dataset.name, cell_name),
        verdict,
        budgets,
        best,
        _optimism(record, runs),
    )


def complete_trials(trials: Sequence[TrialRecord], cell: str | None = None) -> list[TrialRecord]:
    """The trials that ran to their end and have a validation accuracy, of one cell or all."""
    return [
        trial
        for trial in trials
        if trial.status is Status.COMPLETE
        and trial.validation_accuracy is not None
        and cell in {None, trial.cell}
    ]


def accuracy_of(trial: TrialRecord) -> float:
    """Validation accuracy of a complete trial, a fraction."""
    assert trial.validation_accuracy is not None
    return trial.validation_accuracy


def unpack_correct(text: str, examples: int) -> NDArray[np.bool_]:
    """Which test examples a run answered rightly, (examples,), from its packed bits.

    Raises:
        UserError: There are not as many bits as the test split has examples.
    """
    packed = np.frombuffer(base64.b64decode(text), dtype=np.uint8)
    if len(packed) != (examples + 7) // 8:
        raise UserError(
            f"A confirmed run holds {8 * len(packed):,} answers, but the test split has "
            f"{examples:,} examples. Was the data set changed? Start a new --study-name."
        )
    return np.unpackbits(packed, count=examples).astype(np.bool_)


_Pairs = dict[int, dict[str, tuple[ConfirmationRecord, ...]]]


def _pair_up(record: StudyRecord) -> _Pairs:
    """Complete pairs by budget and cell, in the order of their replicates."""
    scored = {
        (run.budget, run.cell, run.replicate): run
        for run in record.confirmations
        if run.status is Status.COMPLETE and run.test_accuracy is not None
    }
    first, second = record.cells
    paired: _Pairs = {}
    for budget in record.budgets:
        replicates = sorted(
            replicate
            for limit, cell, replicate in scored
            if limit == budget.limit and cell == first and (limit, second, replicate) in scored
        )
        if replicates:
            paired[budget.limit] = {
                cell: tuple(scored[budget.limit, cell, replicate] for replicate in replicates)
                for cell in record.cells
            }
    return paired


def _paired_runs(record: StudyRecord, paired: _Pairs) -> list[PairedRuns]:
    """By example where every run has saved its answers, else by accuracy."""
    everything = [run for cells in paired.values() for runs in cells.values() for run in runs]
    by_example = all(run.correct for run in everything)

    def values(run: ConfirmationRecord) -> object:
        if by_example and run.correct:
            return unpack_correct(run.correct, record.dataset.test)
        return run.test_accuracy

    first, second = record.cells
    return [
        PairedRuns(
            limit,
            np.array([values(run) for run in cells[first]]),
            np.array([values(run) for run in cells[second]]),
        )
        for limit, cells in paired.items()
    ]


def _optimism(record: StudyRecord, runs: Sequence[PairedRuns]) -> dict[str, Estimate]:
    largest = max(runs, key=lambda pair: pair.limit)
    if largest.limit != record.budget.limit:
        return {}
    confirmed = dict(zip(record.cells, (largest.first, largest.second), strict=True))
    accuracies = {trial.number: accuracy_of(trial) for trial in complete_trials(record.trials)}
    return {
        cell: optimism(accuracies[record.chosen[cell]], confirmed[cell])
        for cell in record.cells
        if record.chosen.get(cell) in accuracies
    }


def _no_verdict(record: StudyRecord) -> str:
    if record.budgets:
        return (
            "No verdict yet: confirmation has begun, but no pair of runs on fresh seeds "
            "is complete."
        )
    trials = len(complete_trials(record.trials))
    if not trials:
        return "No verdict yet: no trial of the search is complete."
    return (
        "No verdict yet: the validation accuracy of the best of "
        f"{number_of(trials, 'trial')} is optimistic, and one run of each says nothing about luck."
    )
