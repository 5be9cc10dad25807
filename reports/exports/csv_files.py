"""Every trial and every confirmation run as CSV, one row each."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from study.trials.record import ConfirmationRecord, StudyRecord, TrialRecord

if TYPE_CHECKING:
    import pandas as pd

_TRIAL = (
    "number", "search", "cell", "budget", "status", "validation_loss", "validation_accuracy",
    "units", "cell_params", "model_params", "excess", "epochs", "seconds", "peak_memory_mib",
    "seed",
)  # fmt: skip
_RUN = (
    "number", "search", "cell", "budget", "replicate", "status", "test_accuracy",
    "validation_loss", "validation_accuracy", "units", "cell_params", "model_params", "epochs",
    "at_epoch_cap", "seconds", "training_seconds", "inference_microseconds",
)  # fmt: skip
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
    return _frame((*_TRIAL, *(f"sampled_{name}" for name in names), "reason"), rows)


def confirmations_frame(record: StudyRecord) -> "pd.DataFrame":
    """The same runs as a DataFrame of plain objects."""
    runs, task = record.confirmations, record.task
    names = runs[0].candidate.hyperparameters_for(task) if runs else ()
    rows = (_row(run) | run.candidate.hyperparameters_for(task) for run in runs)
    return _frame((*_RUN, *names, "reason"), rows)


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
