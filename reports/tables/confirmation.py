"""Tables of what confirmation found, on the test split."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

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
from reports.tables.table import Row, Table, columns, table_of
from reports.words.formatting import (
    NOTHING,
    count,
    interval,
    p_value,
    percent,
    points,
    shown_count,
    shown_number,
    shown_percent,
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
    first, second = (cell_name(cell) for cell in record.cells)
    chance = verdict.probability_first_better
    mean = Row(
        (
            "Mean of the budgets",
            _OUTCOMES[verdict.outcome],
            str(answer.pairs),
            points(verdict.difference or 0.0, limit=record.margin),
            NOTHING,
            _span(verdict.interval),
            "95 %",
            NOTHING,
            percent(chance.value, 0) if chance else NOTHING,
        )
    )
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
        rows=(*(_difference_row(answered, record.margin) for answered in answer.budgets), mean),
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


class _Confirmed(NamedTuple):
    """A cell at a budget."""

    answered: BudgetAnswer
    cell: str

    @property
    def run(self) -> ConfirmationRecord:
        """One of its runs; all train the same model."""
        return self.answered.runs[self.cell][0]

    def accuracy(self) -> str:
        """Mean test accuracy."""
        return percent(mean_accuracy(self.answered.accuracies(self.cell)).value, 2)

    def accuracy_interval(self) -> str:
        """Its interval over seeds."""
        span = accuracy_span(mean_accuracy(self.answered.accuracies(self.cell)))
        return f"{interval(span, 2)} %" if span else NOTHING

    def median(self, cost: Cost) -> str:
        """Median cost over seeds."""
        found = cost_over_seeds(self.answered, self.cell, cost)
        return shown_number(found.middle if found else None)

    def apart(self) -> str:
        """How far the sizes of the pair are apart."""
        counts = list(self.answered.budget.counts.values())
        share = percent((max(counts) - min(counts)) / max(counts))
        return share if self.answered.budget.within_tolerance else f"{share} (nearest pair)"


_COLUMNS: Mapping[str, Callable[[_Confirmed], str]] = {
    "Cell": lambda found: cell_name(found.cell),
    "#Budget": lambda found: count(found.answered.budget.limit),
    "#Units": lambda found: count(found.run.candidate.units),
    "#Cell parameters": lambda found: count(found.run.cell_parameters),
    "#Model parameters": lambda found: count(found.run.model_parameters),
    "#Sizes apart": _Confirmed.apart,
    "#Test accuracy": _Confirmed.accuracy,
    "#95 % interval over seeds": _Confirmed.accuracy_interval,
    "#Training, s": lambda found: found.median(training_seconds),
    "#Inference, \N{MICRO SIGN}s": lambda found: found.median(inference_microseconds),
}
_COSTS = ("Cell", "#Budget", "#Test accuracy", "#Training, s", "#Inference, \N{MICRO SIGN}s")


def confirmed_table(record: StudyRecord, answer: Answer) -> Table:
    """Both cells at each budget: widths, both counts, accuracy, and what they cost."""
    caption = (
        "Confirmed models: mean test accuracy over seeds with its 95 % interval, and median cost"
    )
    return _confirmed(record, answer, _COLUMNS, caption)


def cost_table(record: StudyRecord, answer: Answer) -> Table:
    """What a model of each cell costs at each budget, and how accurate it is."""
    return _confirmed(record, answer, _COSTS, "Mean test accuracy and median cost at each budget")


def _confirmed(record: StudyRecord, answer: Answer, names: Iterable[str], caption: str) -> Table:
    return table_of(
        [_Confirmed(answered, cell) for answered in answer.budgets for cell in record.cells],
        caption,
        {name: _COLUMNS[name] for name in names},
        style=lambda found: style_of(record, found.cell),
    )


def runs_table(record: StudyRecord, answer: Answer) -> Table:
    """Every run behind the verdict, pairs together."""
    runs = [
        run
        for answered in answer.budgets
        for pair in zip(*(answered.runs[cell] for cell in record.cells), strict=True)
        for run in pair
    ]
    more = "" if len(runs) <= ROWS else f"; the first {ROWS} of {len(runs):,} runs"
    return table_of(
        runs[:ROWS],
        f"Runs of the confirmation that belong to a complete pair{more}",
        {
            "Cell": lambda run: cell_name(run.cell),
            "#Budget": lambda run: count(run.budget),
            "#Replicate": lambda run: str(run.replicate),
            "#Epochs": lambda run: shown_count(run.epochs),
            "#Validation accuracy": lambda run: shown_percent(run.validation_accuracy),
            "#Test accuracy": lambda run: shown_percent(run.test_accuracy),
            "#Training, s": lambda run: shown_number(run.training_seconds),
        },
        style=lambda run: style_of(record, run.cell),
    )
