"""Tables of what confirmation found, on the test split."""

from reports.comparison.estimate import Interval
from reports.comparison.verdict import Outcome, Verdict
from reports.findings.answer import Answer, BudgetAnswer
from reports.findings.confirmation import (
    Cost,
    accuracy_span,
    cost_over_seeds,
    inference_microseconds,
    mean_accuracy,
    training_seconds,
)
from reports.tables.table import Row, Table, columns
from reports.words.formatting import (
    NOTHING,
    count,
    interval,
    p_value,
    percent,
    points,
    shown_count,
    shown_number,
)
from reports.words.labels import style_of
from search_spaces.cells import cell_name
from study.trials.record import ConfirmationRecord, StudyRecord

ROWS = 400  # runs that are listed; confirmations.csv has them all

_OUTCOMES = {
    Outcome.BETTER: "better",
    Outcome.EQUIVALENT: "equivalent",
    Outcome.NEGLIGIBLE: "detectable, negligible",
    Outcome.UNDECIDED: "undecided",
}


def difference_table(record: StudyRecord, answer: Answer, verdict: Verdict) -> Table:
    """The difference at each budget and overall, with everything that belongs to it."""
    rows = [_difference_row(answered, record.margin) for answered in answer.budgets]
    chance = verdict.probability_first_better
    rows.append(
        Row(
            (
                "Mean of the budgets",
                _OUTCOMES[verdict.outcome],
                str(sum(answered.comparison.seeds for answered in answer.budgets)),
                points(verdict.difference or 0.0, limit=record.margin),
                NOTHING,
                _span(verdict.interval),
                "95 %",
                NOTHING,
                percent(chance.value, 0) if chance else NOTHING,
            )
        )
    )
    first, second = (cell_name(cell) for cell in record.cells)
    return Table(
        caption=f"Test accuracy of {first} minus {second}, in percentage points, by budget in "
        f"{record.budget.scope} parameters",
        columns=columns(
            "Budget",
            "Outcome",
            "#Pairs",
            "#Difference",
            "#Interval, seeds",
            "#Interval, seeds and examples",
            "#Confidence",
            "#p (Holm)",
            f"#{first} ahead",
        ),
        rows=tuple(rows),
    )


def _difference_row(answered: BudgetAnswer, margin: float) -> Row:
    found = answered.comparison
    return Row(
        (
            count(found.limit),
            _OUTCOMES[found.outcome],
            str(found.seeds),
            points(found.difference, limit=margin),
            _span(found.interval_seeds),
            _span(found.interval_seeds_examples),
            f"{100 * found.confidence:.4g} %",
            p_value(found.p_value),
            percent(found.probability_first_better.value, 0),
        )
    )


def _span(bounds: Interval | None) -> str:
    return interval(bounds) if bounds else NOTHING


def confirmed_table(record: StudyRecord, answer: Answer) -> Table:
    """Both cells at each budget: widths, both counts, accuracy, and what they cost."""
    rows = [
        _confirmed_row(record, answered, cell)
        for answered in answer.budgets
        for cell in record.cells
    ]
    return Table(
        caption="Confirmed models: mean test accuracy over seeds with its 95 % interval, and "
        "median cost",
        columns=columns(
            "Cell",
            "#Budget",
            "#Units",
            "#Cell parameters",
            "#Model parameters",
            "#Sizes apart",
            "#Test accuracy",
            "#95 % interval over seeds",
            "#Training, s",
            "#Inference, \N{MICRO SIGN}s",
        ),
        rows=tuple(rows),
    )


def _confirmed_row(record: StudyRecord, answered: BudgetAnswer, cell: str) -> Row:
    run = answered.runs[cell][0]
    mean = mean_accuracy(answered.accuracies(cell))
    return Row(
        (
            cell_name(cell),
            count(answered.budget.limit),
            count(run.candidate.units),
            count(run.cell_parameters),
            count(run.model_parameters),
            _apart(answered),
            percent(mean.value, 2),
            f"{interval(span, 2)} %" if (span := accuracy_span(mean)) else NOTHING,
            _median(answered, cell, training_seconds),
            _median(answered, cell, inference_microseconds),
        ),
        style_of(record, cell),
    )


def _apart(answered: BudgetAnswer) -> str:
    counts = list(answered.budget.counts.values())
    share = percent((max(counts) - min(counts)) / max(counts))
    return share if answered.budget.within_tolerance else f"{share} (nearest pair)"


def _median(answered: BudgetAnswer, cell: str, cost: Cost) -> str:
    found = cost_over_seeds(answered, cell, cost)
    return shown_number(found.middle if found else None)


def cost_table(record: StudyRecord, answer: Answer) -> Table:
    """What a model of each cell costs at each budget, and how accurate it is."""
    rows = [
        Row(
            (
                cell_name(cell),
                count(answered.budget.limit),
                percent(mean_accuracy(answered.accuracies(cell)).value, 2),
                _median(answered, cell, training_seconds),
                _median(answered, cell, inference_microseconds),
            ),
            style_of(record, cell),
        )
        for answered in answer.budgets
        for cell in record.cells
    ]
    return Table(
        "Mean test accuracy and median cost at each budget",
        columns("Cell", "#Budget", "#Test accuracy", "#Training, s", "#Inference, \N{MICRO SIGN}s"),
        tuple(rows),
    )


def runs_table(record: StudyRecord, answer: Answer) -> Table:
    """Every run behind the verdict, pairs together."""
    pairs = [
        (answered.runs[record.cells[0]][place], answered.runs[record.cells[1]][place])
        for answered in answer.budgets
        for place in range(answered.comparison.seeds)
    ]
    runs = [run for pair in pairs[: ROWS // 2] for run in pair]
    more = "" if 2 * len(pairs) <= ROWS else f"; the first {len(runs)} of {2 * len(pairs):,} runs"
    return Table(
        f"Runs of the confirmation that belong to a complete pair{more}",
        columns(
            "Cell",
            "#Budget",
            "#Replicate",
            "#Epochs",
            "#Validation accuracy",
            "#Test accuracy",
            "#Training, s",
        ),
        tuple(_run_row(record, run) for run in runs),
    )


def _run_row(record: StudyRecord, run: ConfirmationRecord) -> Row:
    return Row(
        (
            cell_name(run.cell),
            count(run.budget),
            str(run.replicate),
            shown_count(run.epochs),
            NOTHING if run.validation_accuracy is None else percent(run.validation_accuracy, 2),
            NOTHING if run.test_accuracy is None else percent(run.test_accuracy, 2),
            shown_number(run.training_seconds),
        ),
        style_of(record, run.cell),
    )
