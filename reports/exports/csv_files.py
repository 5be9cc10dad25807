"""Every trial and every confirmation run as CSV, one row each."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from study.trials.record import ConfirmationRecord, StudyRecord, TrialRecord


def trials_csv(record: StudyRecord) -> str:
    """The search's trials, in order, with what was sampled in columns of their own."""
    names = dict.fromkeys(name for trial in record.trials for name in trial.hyperparameters)
    return _csv(_trial_row(trial, tuple(names)) for trial in record.trials)


def confirmations_csv(record: StudyRecord) -> str:
    """The confirmation runs, in order."""
    return _csv(_confirmation_row(run) for run in record.confirmations)


def _trial_row(trial: TrialRecord, names: Sequence[str]) -> dict[str, Any]:
    return {
        "number": trial.number,
        "cell": trial.cell,
        "status": trial.status.value,
        "validation_accuracy": trial.validation_accuracy,
        "units": trial.candidate.units if trial.candidate else None,
        "cell_params": trial.cell_parameters,
        "model_params": trial.model_parameters,
        "excess": trial.excess,
        "epochs": trial.epochs,
        "seconds": trial.seconds,
        "peak_memory_mib": trial.peak_memory,
        "seed": trial.seed,
        **{f"sampled_{name}": trial.hyperparameters.get(name) for name in names},
        "reason": trial.reason,
    }


def _confirmation_row(run: ConfirmationRecord) -> dict[str, Any]:
    return {
        "number": run.number,
        "cell": run.cell,
        "budget": run.budget,
        "replicate": run.replicate,
        "status": run.status.value,
        "test_accuracy": run.test_accuracy,
        "validation_accuracy": run.validation_accuracy,
        "units": run.candidate.units,
        "cell_params": run.cell_parameters,
        "model_params": run.model_parameters,
        "epochs": run.epochs,
        "seconds": run.seconds,
        "training_seconds": run.training_seconds,
        "inference_microseconds": run.inference_microseconds,
        **run.candidate.hyperparameters,
        "reason": run.reason,
    }


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    listed = list(rows)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(listed[0]) if listed else [])
    writer.writeheader()
    writer.writerows(listed)
    return buffer.getvalue()
