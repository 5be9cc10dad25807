"""Tables of the confirmed models and their runs, on the test split."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from reports.findings.answer import Answer, BudgetAnswer
from reports.findings.confirmation import (
    Cost,
    accuracy_span,
    cost_of,
    ended_runs,
    inference_microseconds,
    matched_size,
    mean_accuracy,
    training_seconds,
)
from reports.tables.table import Table, table_of
from reports.words.formatting import (
    NOTHING,
    count,
    interval,
    percent,
    shown_count,
    shown_number,
    shown_percent,
)
from reports.words.labels import metric_name, metric_title, style_of, unit_of
from search_spaces.cells import cell_name
from study.trials.record import ConfirmationRecord, Status, StudyRecord

ROWS = 400  # runs that are listed; confirmations.csv has them all


class _Confirmed(NamedTuple):
    """A cell at a budget."""

    answered: BudgetAnswer
    cell: str

    def units(self) -> str:
        """Of the winners, from the narrowest to the widest."""
        return units_of(self.answered, self.cell)

    def cell_parameters(self) -> str:
        """Of the recurrent layers."""
        return _range(
            each.winners[self.cell].candidate.cell_parameters for each in self.answered.winners
        )

    def model_parameters(self) -> str:
        """Of the whole model."""
        return _range(
            run.model_parameters for runs in self.answered.answers.runs[self.cell] for run in runs
        )

    def apart(self) -> str:
        """How far the sizes of the cells are apart, at most."""
        worst = max(
            self.answered.winners,
            key=lambda each: 1 - min(each.counts.values()) / max(each.counts.values()),
        )
        share = percent(1 - min(worst.counts.values()) / max(worst.counts.values()))
        return share if worst.within_tolerance else f"{share} (nearest)"

    def accuracy(self) -> str:
        """Mean test accuracy."""
        return percent(mean_accuracy(self.answered, self.cell).value, 2)

    def accuracy_interval(self) -> str:
        """Its interval over searches."""
        span = accuracy_span(mean_accuracy(self.answered, self.cell))
        return f"{interval(span, 2)} %" if span else NOTHING

    def median(self, cost: Cost) -> str:
        """Median cost over the runs."""
        found = cost_of(self.answered, self.cell, cost)
        return shown_number(found.middle if found else None)

    def size(self) -> str:
        """Parameters, as the budget's scope counts them."""
        return count(round(matched_size(self.answered, self.cell).middle))


def units_of(answered: BudgetAnswer, cell: str) -> str:
    """Units of a cell's winners at a budget, from the narrowest to the widest."""
    return _range(each.winners[cell].candidate.units for each in answered.winners)


def sizes_of(answered: BudgetAnswer, cell: str) -> str:
    """Their parameters, as the budget's scope counts them."""
    return _range(each.counts[cell] for each in answered.winners)


def _range(numbers: Iterable[int]) -> str:
    found = sorted({*numbers})
    return count(found[0]) if len(found) == 1 else f"{count(found[0])} to {count(found[-1])}"


_ACCURACY = "#Test accuracy"  # or whatever the study compares
_COLUMNS: Mapping[str, Callable[[_Confirmed], str]] = {
    "Cell": lambda found: cell_name(found.cell),
    "#Budget": lambda found: count(found.answered.limit),
    "#Units": _Confirmed.units,
    "#Cell parameters": _Confirmed.cell_parameters,
    "#Model parameters": _Confirmed.model_parameters,
    "#Sizes apart, at most": _Confirmed.apart,
    _ACCURACY: _Confirmed.accuracy,
    "#95 % interval": _Confirmed.accuracy_interval,
    "#Training, s": lambda found: found.median(training_seconds),
    "#Inference, \N{MICRO SIGN}s": lambda found: found.median(inference_microseconds),
}
_COSTS = ("Cell", "#Budget", _ACCURACY, "#Training, s", "#Inference, \N{MICRO SIGN}s")


def confirmed_table(record: StudyRecord, answer: Answer) -> Table:
    """Each cell at each budget: widths, both counts, accuracy, and what they cost."""
    named, units = metric_name(record, "test"), unit_of(record, many=True)
    caption = f"Confirmed models: mean {named} over the {units}, median cost"
    return _confirmed(record, answer, _COLUMNS, caption)


def cost_table(record: StudyRecord, answer: Answer) -> Table:
    """What a model of each cell costs at each budget, and how accurate it is."""
    caption = f"Mean {metric_name(record, 'test')} and median cost at each budget"
    return _confirmed(record, answer, _COSTS, caption)


def _confirmed(record: StudyRecord, answer: Answer, names: Iterable[str], caption: str) -> Table:
    return table_of(
        [_Confirmed(answered, cell) for answered in answer.budgets for cell in record.cells],
        caption,
        {_heading(record, name): _COLUMNS[name] for name in names},
        style=lambda found: style_of(record, found.cell),
    )


def _heading(record: StudyRecord, name: str) -> str:
    return f"#{metric_title(record, 'test')}" if name == _ACCURACY else name


def runs_table(record: StudyRecord, answer: Answer) -> Table:
    """Every run of a confirmation that has ended, failed ones included."""
    runs = ended_runs(record)
    more = "" if len(runs) <= ROWS else f"; the first {ROWS} of {len(runs):,}"
    return table_of(
        runs[:ROWS],
        f"Runs on the test split{more}",
        {
            "Cell": lambda run: cell_name(run.cell),
            "#Budget": lambda run: count(run.budget),
            "#Search": lambda run: str(run.search),
            "#Seed": lambda run: str(run.replicate + 1),
            "#Epochs": _epochs,
            f"#{metric_title(record, 'validation')}": lambda run: shown_percent(
                run.validation_accuracy
            ),
            f"#{metric_title(record, 'test')}": lambda run: shown_percent(run.test_accuracy),
            "#Training, s": lambda run: shown_number(run.training_seconds),
        },
        style=lambda run: style_of(record, run.cell),
    )


def _epochs(run: ConfirmationRecord) -> str:
    if run.status is Status.FAILED:
        return "failed"
    shown = shown_count(round(run.epochs)) if run.epochs is not None else NOTHING
    return f"{shown} (cap)" if run.at_epoch_cap else shown
