"""Tables of what the search found, on validation."""

from collections.abc import Mapping, Sequence
from functools import partial

from reports.findings.answer import Answer, accuracy_of, complete_trials, loss_of
from reports.findings.frontier import frontier
from reports.findings.importances import is_number
from reports.findings.search import (
    hyperparameter_names,
    leaders,
    scope_label,
    sized_trials,
)
from reports.tables.table import Row, Table, columns, table_of
from reports.words.formatting import NOTHING, count, percent, shown_count, shown_number, shown_value
from reports.words.labels import budget_label, metric_title, style_of
from search_spaces.cells import cell_name
from study.datasets.metric import Metric
from study.terminal.words import number_of
from study.trials.record import Status, StudyRecord, TrialRecord

ROWS = 200  # best trials of each cell that are listed; trials.csv has them all

_UNTOLD = {Status.PRUNED: "not expected to reach the best of its cell and budget"}


def best_table(record: StudyRecord, answer: Answer) -> Table:
    """The best trial of each cell, of all searches."""
    trials = [answer.best[cell] for cell in record.cells if cell in answer.best]
    return _trials_table(
        record, trials, "Trial of lowest validation loss of each cell over all searches"
    )


def trials_table(record: StudyRecord) -> Table:
    """The best trials of each cell at the asked budget, best first."""
    trials = [trial for cell in record.cells for trial in leaders(record, cell, ROWS)]
    trials.sort(key=loss_of)
    total = len(complete_trials(record.trials, limit=record.budget.limit))
    scope = "All" if len(trials) == total else f"The best {len(trials):,} of"
    caption = f"{scope} {number_of(total, 'complete trial')}, lowest validation loss first"
    return _trials_table(record, trials, caption)


def _trials_table(record: StudyRecord, trials: Sequence[TrialRecord], caption: str) -> Table:
    sampled = dict.fromkeys(name for trial in trials for name in trial.hyperparameters)
    return table_of(
        trials,
        f"{caption}; budget {budget_label(record)}",
        {
            "Cell": lambda trial: cell_name(trial.cell),
            "#Search": lambda trial: str(trial.search),
            "#Trial": lambda trial: str(trial.number),
            "#Validation loss": lambda trial: f"{loss_of(trial):.4f}",
            f"#{metric_title(record, 'validation')}": lambda trial: percent(accuracy_of(trial)),
            "#Units": lambda trial: count(trial.candidate.units) if trial.candidate else NOTHING,
            "#Cell parameters": lambda trial: shown_count(trial.cell_parameters),
            "#Model parameters": lambda trial: shown_count(trial.model_parameters),
            **{
                f"#{name.replace('_', ' ')}": partial(_sampled, name)
                for name in sampled
                if name != "units"
            },
            "#Epochs": lambda trial: shown_number(trial.epochs),
            "#Seconds": lambda trial: shown_number(trial.seconds),
        },
        style=lambda trial: style_of(record, trial.cell),
    )


def _sampled(name: str, trial: TrialRecord) -> str:
    found = trial.hyperparameters
    return shown_value(found[name]) if name in found else NOTHING


def frontier_table(record: StudyRecord) -> Table:
    """The most accurate trials up to each size, of each cell; optimistic."""
    rows = [
        Row(
            (cell_name(cell), count(round(model.parameters)), percent(model.accuracy)),
            style_of(record, cell),
        )
        for cell in record.cells
        for model in frontier(sized_trials(record, cell))
    ]
    return Table(
        "Most accurate trials up to each size, on validation (optimistic)",
        columns("Cell", f"#{scope_label(record)}", f"#{metric_title(record, 'validation')}"),
        tuple(rows),
    )


def curve_table(record: StudyRecord) -> Table:
    """The best trials' learning curves, look by look."""
    curves = {cell: each[0].curve for cell in record.cells if (each := leaders(record, cell, 1))}
    epochs = sorted({point.epoch for curve in curves.values() for point in curve})
    rows = []
    for epoch in epochs[:ROWS]:
        cells = [shown_number(epoch)]
        for curve in curves.values():
            point = next((point for point in curve if point.epoch == epoch), None)
            cells.append(percent(point.accuracy) if point else NOTHING)
            cells.append(percent(point.validation_accuracy) if point else NOTHING)
        rows.append(Row(tuple(cells)))
    headers = [
        f"#{cell_name(cell)}, {what}" for cell in curves for what in ("training", "validation")
    ]
    caption = f"{metric_title(record)} of the best trial of each cell by epoch"
    if record.metric is not Metric.ACCURACY:
        caption += "; in training, accuracy"
    return Table(caption, columns("#Epoch", *headers), tuple(rows))


def hyperparameter_table(record: StudyRecord) -> Table:
    """For each hyperparameter and cell: the best trial's value, and the best quarter's range."""
    rows = [
        Row(
            (
                cell_name(cell),
                name.replace("_", " "),
                shown_value(values[0]),
                _range(values[: max(1, round(len(values) / 4))]),
                _range(values),
            ),
            style_of(record, cell),
        )
        for name in hyperparameter_names(record)
        for cell in record.cells
        if (values := _values(record, cell, name))
    ]
    return Table(
        "Values that went with low validation loss at the budget that was asked for",
        columns(
            "Cell", "Hyperparameter", "#Best trial", "#Best quarter of the trials", "#All trials"
        ),
        tuple(rows),
    )


def _values(record: StudyRecord, cell: str, name: str) -> list[object]:
    """A hyperparameter's values in the complete trials of a cell, the best trial's first."""
    trials = leaders(record, cell, len(record.trials))
    return [trial.hyperparameters[name] for trial in trials if name in trial.hyperparameters]


def _range(values: Sequence[object]) -> str:
    numbers = [value for value in values if is_number(value)]
    if len(numbers) == len(values):
        low, high = shown_value(min(numbers)), shown_value(max(numbers))
        return low if low == high else f"{low} to {high}"
    return ", ".join(sorted({str(value) for value in values}))


def failure_table(record: StudyRecord) -> Table:
    """What did not run to its end, by phase, cell, how and why."""
    kinds = (Status.PRUNED, Status.FAILED, Status.REQUEUED)
    found: dict[tuple[str, str, Status, str], list[int]] = {}
    for phase, runs in (("search", record.trials), ("confirmation", record.confirmations)):
        for run in runs:
            if run.status in kinds:
                reason = run.reason or _UNTOLD.get(run.status, "no reason was recorded")
                found.setdefault((phase, run.cell, run.status, reason), []).append(run.number)
    most_first = sorted(found.items(), key=lambda item: -len(item[1]))
    rows = [
        Row(
            (cell_name(cell), phase, status.value, reason, count(len(numbers)), _few(numbers)),
            style_of(record, cell),
        )
        for (phase, cell, status, reason), numbers in most_first[:ROWS]
    ]
    more = f"; {len(found) - ROWS:,} rarer reasons are in trials.csv" if len(found) > ROWS else ""
    return Table(
        f"Trials and runs that did not run to their end{more}",
        columns("Cell", "Phase", "How it ended", "Why", "#How many", "Numbers"),
        tuple(rows),
    )


def _few(numbers: Sequence[int], most: int = 8) -> str:
    shown = ", ".join(str(number) for number in numbers[:most])
    return f"{shown}, \N{HORIZONTAL ELLIPSIS}" if len(numbers) > most else shown


def importance_table(
    record: StudyRecord, shares: Mapping[str, Mapping[str, float] | None]
) -> Table:
    """Importance of each hyperparameter to each cell that has any."""
    rows = [
        Row((cell_name(cell), name.replace("_", " "), percent(share, 0)), style_of(record, cell))
        for cell, found in shares.items()
        for name, share in (found or {}).items()
    ]
    return Table(
        "Importance of each hyperparameter, largest first",
        columns("Cell", "Hyperparameter", "#Importance"),
        tuple(rows),
    )
