"""From a study's records to the runs of its searches, and from those to the verdict."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reports.comparison.looks import OVERALL, LookLevel, level_of
from reports.comparison.outcome import Outcome
from reports.comparison.pairs import PairComparison
from reports.comparison.verdict import Verdict, compare
from reports.findings.baseline import LinearModel, linear_model
from reports.findings.runs import Answers, ConfirmedRuns, ended, majority, test_weights
from reports.words.baseline import beside_linear
from reports.words.labels import on_data
from reports.words.phrases import Basis
from reports.words.statement import Statement, outcome_of_all, so_far, statement
from study.terminal.words import number_of
from study.trials.record import (
    BudgetWinners,
    Status,
    StudyRecord,
    TrialRecord,
    Winner,
    best_trials,
)


@dataclass(frozen=True, eq=False)
class BudgetAnswer:
    """One budget at which at least one search counts.

    Attributes:
        answers: Of the winners of whole searches.
        winners: Of these searches, in the same order.
        comparisons: Of every pair of cells.
    """

    limit: int
    answers: Answers
    winners: tuple[BudgetWinners, ...]
    comparisons: tuple[PairComparison, ...]

    def comparison(self, cells: tuple[str, str]) -> PairComparison:
        """Of these two cells."""
        return next(each for each in self.comparisons if set(each.cells) == set(cells))


@dataclass(frozen=True, eq=False)
class EffortStep:
    """What had won at the asked budget after so many trials of each cell there.

    Attributes:
        comparison: Of the headline's two cells.
    """

    trials: int
    answers: Answers
    comparison: PairComparison


@dataclass(frozen=True, eq=False)
class Answer:
    """What a study has found out so far.

    Attributes:
        statement: In plain words.
        known: What the searches that count say; a verdict only at a look.
        level: Of the last look; None before the first.
        budgets: Largest first; only those at which a search counts.
        effort: Ascending; only steps that as many searches have ended as the asked budget.
        best: Each cell's complete trial of lowest validation loss at the asked budget.
        linear: The linear model of the same data, and the cells beside it.
    """

    statement: Statement
    known: Verdict | None
    level: LookLevel | None
    budgets: tuple[BudgetAnswer, ...]
    effort: tuple[EffortStep, ...]
    best: Mapping[str, TrialRecord] = field(default_factory=dict)
    linear: LinearModel | None = None

    @property
    def sentence(self) -> str:
        """The answer in plain words, as one string."""
        return str(self.statement)

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of the last look; None before the first."""
        return self.known if self.level else None

    @property
    def outcome(self) -> Outcome | None:
        """Of the verdict; better than the next best, but not than a third, is undecided."""
        if self.verdict is None:
            return None
        return outcome_of_all(self.verdict)

    @property
    def decided(self) -> bool:
        """Whether there is a verdict, and it is not that nothing can be said."""
        return self.outcome not in {None, Outcome.UNDECIDED}

    @property
    def searches(self) -> int:
        """Searches that count at the asked budget."""
        return len(self.budgets[0].answers.searches) if self.budgets else 0


def answer(record: StudyRecord) -> Answer:
    """Answer the study's question as far as its records allow.

    A search counts at a budget when every run of its winners there has ended. The verdict rests on
    the searches of the last look, which count at every budget; before the first look, what is
    known is of those that count at every budget, or where none does, at the asked one.

    Raises:
        UserError: A run's answers do not belong to this test split.
    """
    best = best_trials(record.trials, record.budget.limit)
    runs = ConfirmedRuns(record)
    searches = _counting(record, runs)
    answers = _answers(record, runs, searches)
    if not answers:
        linear = linear_model(record, None, OVERALL)
        return Answer(Statement(_no_verdict(record)), None, None, (), (), best, linear)
    level = level_of(record.looks) if record.looks else None
    alpha = level.alpha if level else OVERALL
    known = compare(
        [each.compared(record.cells) for each in answers],
        record.margin,
        majority=majority(record),
        weights=test_weights(record),
        alpha=alpha,
        failed=[cell for cell in record.cells if ended(record, cell).all_failed],
    )
    basis = _basis(record, answers[0])
    said = statement(known, basis) if level else so_far(known, basis, record.planned_searches.least)
    linear = linear_model(record, answers[0] if level else None, alpha)
    return Answer(
        _with_linear(said, linear),
        known,
        level,
        tuple(_budget_answer(record, known, each) for each in answers),
        _effort(record, runs, known, answers[0].searches),
        best,
        linear,
    )


def _with_linear(said: Statement, linear: LinearModel | None) -> Statement:
    """The answer, and whether a cell beats the linear model."""
    if linear is None or not linear.cells:
        return said
    told = beside_linear(linear.nearest, linear.accuracy, unbeaten=linear.unbeaten)
    return replace(said, further=(*said.further, told))


def complete_trials(
    trials: Iterable[TrialRecord], cell: str | None = None, limit: int | None = None
) -> list[TrialRecord]:
    """The trials that ran to their end, of one cell or all, at one budget or all."""
    return [
        trial
        for trial in trials
        if trial.status is Status.COMPLETE
        and trial.validation_loss is not None
        and trial.validation_accuracy is not None
        and cell in {None, trial.cell}
        and limit in {None, trial.budget}
    ]


def accuracy_of(trial: TrialRecord) -> float:
    """Validation accuracy of a complete trial, a fraction."""
    assert trial.validation_accuracy is not None
    return trial.validation_accuracy


def loss_of(trial: TrialRecord) -> float:
    """Validation loss of a complete trial, in nats."""
    assert trial.validation_loss is not None
    return trial.validation_loss


def _winners(record: StudyRecord, limit: int) -> dict[int, Mapping[str, Winner]]:
    """Each search's winners at a budget."""
    return {
        search.number: budget.winners
        for search in record.searches
        for budget in search.budgets
        if budget.limit == limit
    }


def _counting(record: StudyRecord, runs: ConfirmedRuns) -> list[int]:
    """Numbers of the searches that count."""
    counting = {
        limit: [
            number
            for number, winners in _winners(record, limit).items()
            if runs.of(number, limit, winners, seeds=record.replicates) is not None
        ]
        for limit in record.limits
    }
    asked = counting[record.budget.limit]
    whole = [number for number in asked if all(number in each for each in counting.values())]
    if record.looks:
        return whole[: record.looks[-1].searches]
    return whole or asked


def _answers(record: StudyRecord, runs: ConfirmedRuns, searches: Sequence[int]) -> list[Answers]:
    """At each budget, largest first, where all of these searches count."""
    found = []
    for limit in record.limits:
        winners = {
            number: each for number, each in _winners(record, limit).items() if number in searches
        }
        answers = runs.answers(limit, winners)
        if answers and len(answers.searches) == len(searches):
            found.append(answers)
    return found


def _budget_answer(record: StudyRecord, known: Verdict, answers: Answers) -> BudgetAnswer:
    winners = tuple(
        budget
        for search in record.searches
        if search.number in answers.searches
        for budget in search.budgets
        if budget.limit == answers.limit
    )
    comparisons = tuple(each for each in known.comparisons if each.limit == answers.limit)
    return BudgetAnswer(answers.limit, answers, winners, comparisons)


def _effort(
    record: StudyRecord, runs: ConfirmedRuns, known: Verdict, searches: Sequence[int]
) -> tuple[EffortStep, ...]:
    counted = [search for search in record.searches if search.number in searches]
    steps = sorted({step.trials for search in counted for step in search.effort})
    found = []
    for trials in steps:
        winners = {
            search.number: step.winners
            for search in counted
            for step in search.effort
            if step.trials == trials
        }
        # What had won with less effort is confirmed on the first seed alone.
        seeds = None if trials == steps[-1] else min(1, record.replicates)
        answers = runs.answers(record.budget.limit, winners, seeds=seeds)
        if answers is None or len(answers.searches) < len(searches):
            continue
        compared = compare(
            [answers.compared(known.cells)],
            record.margin,
            majority=majority(record),
            weights=test_weights(record),
            alpha=known.alpha,
        )
        found.append(EffortStep(trials, answers, compared.headline))
    return tuple(found)


def _basis(record: StudyRecord, asked: Answers) -> Basis:
    found = {cell: ended(record, cell) for cell in record.cells}
    return Basis(
        on=on_data(record.dataset.name, record.metric),
        scope=record.budget.scope.value,
        cells=record.cells,
        searches=len(asked.searches),
        trials=record.trials_per_search,
        seeds=record.replicates,
        failures={cell: (each.failed, each.runs) for cell, each in found.items()},
        capped={cell: each.at_cap for cell, each in found.items()},
    )


def _no_verdict(record: StudyRecord) -> str:
    if record.searches:
        return (
            "No verdict yet: confirmation has begun, but of no search have all runs ended at the "
            "budget that was asked for."
        )
    trials = len(complete_trials(record.trials))
    if not trials:
        return "No verdict yet: no trial is complete."
    return (
        f"No verdict yet: no search is confirmed, and the best of {number_of(trials, 'trial')} on "
        "validation is the luckiest of them."
    )
