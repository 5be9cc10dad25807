"""Every trial and every confirmation run as CSV, one row each; accuracies as a table."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from reports.exports.columns import ACCURACIES, CONFIRMATIONS, TRIALS
from reports.findings.answer import Answer
from reports.findings.confirmation import accuracy_span, mean_accuracy
from study.trials.record import ConfirmationRecord, StudyRecord, TrialRecord

if TYPE_CHECKING:
    import pandas as pd

# Columns whose record's field is named otherwise.
_COLUMNS = {
    "cell_parameters": "cell_params",
    "model_parameters": "model_params",
    "peak_memory": "peak_memory_mib",
}


def trials_csv(record: StudyRecord) -> str:
    """The search's trials, in order, with what was sampled in columns of their own."""
    return _csv(trials_frame(record))


def confirmations_csv(record: StudyRecord) -> str:
    """The confirmation runs, in order."""
    return _csv(confirmations_frame(record))


def trials_frame(record: StudyRecord) -> "pd.DataFrame":
    """The same trials as a DataFrame of plain objects."""
    names = dict.fromkeys(name for trial in record.trials for name in trial.hyperparameters)
    rows = (
        _row(trial) | {f"sampled_{name}": value for name, value in trial.hyperparameters.items()}
        for trial in record.trials
    )
    return _frame((*TRIALS, *(f"sampled_{name}" for name in names), "reason"), rows)


def confirmations_frame(record: StudyRecord) -> "pd.DataFrame":
    """The same runs as a DataFrame of plain objects."""
    runs, task = record.confirmations, record.task
    names = runs[0].candidate.hyperparameters_for(task) if runs else ()
    rows = (
        _row(run) | run.candidate.hyperparameters_for(task) | {"effort": _effort(record, run)}
        for run in runs
    )
    return _frame((*CONFIRMATIONS, *names, "reason"), rows)


def accuracies_frame(record: StudyRecord, answer: Answer) -> "pd.DataFrame":
    """Test accuracy of each cell at each budget, of the linear model and the majority class."""
    linear = record.baseline.accuracy if record.baseline else None
    baselines = {
        "linear model": linear,
        "majority class": record.dataset.facts.majority_baseline(record.metric),
    }
    rows = [
        *_cell_accuracies(record, answer),
        *({"model": name, "accuracy": value} for name, value in baselines.items()),
    ]
    return _frame(ACCURACIES, (row for row in rows if row["accuracy"] is not None))


def _cell_accuracies(record: StudyRecord, answer: Answer) -> Iterator[dict[str, Any]]:
    for answered in answer.budgets:
        for cell in record.cells:
            found = mean_accuracy(answered, cell)
            span = accuracy_span(found)
            yield {
                "model": cell,
                "budget": answered.limit,
                "accuracy": found.value,
                "low": span.low if span else None,
                "high": span.high if span else None,
                "searches": len(answered.answers.searches),
            }


def _effort(record: StudyRecord, run: ConfirmationRecord) -> float:
    """The largest share of its search's trials after which this candidate had won."""
    search = next((one for one in record.searches if one.number == run.search), None)
    if search is None or not search.effort or run.budget != record.budget.limit:
        return 1.0
    whole = search.effort[-1].trials
    won = [
        step.trials for step in search.effort if step.winners[run.cell].candidate == run.candidate
    ]
    return max(won) / whole if won and whole else 1.0  # a reproduction tries nothing


def _row(run: TrialRecord | ConfirmationRecord) -> dict[str, Any]:
    """What is remembered, by column."""
    fields = {_COLUMNS.get(name, name): value for name, value in vars(run).items()}
    return fields | {"units": run.candidate.units if run.candidate else None}


def _frame(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> "pd.DataFrame":
    import pandas as pd  # late: commands that write no report need it not

    # As objects: beside an unknown count, the others would become fractions.
    return pd.DataFrame(list(rows), columns=list(columns), dtype=object)


def _csv(table: "pd.DataFrame") -> str:
    return table.to_csv(index=False, lineterminator="\r\n")
