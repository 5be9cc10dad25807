"""Tables of a reproduction."""

from dataclasses import replace

from reports.findings.confirmation import accuracy_span
from reports.reproduction.findings import GATES, Findings, gate_of
from reports.tables.table import Row, Table, columns, table_of
from reports.words.formatting import NOTHING, count, interval, percent, points, shown_percent
from reports.words.labels import style_of
from search_spaces.cells import Cell
from study.reproduction.notebook import MODELS, NotebookModel

_TIMES = "\N{MULTIPLICATION SIGN}"


def results_table(findings: Findings) -> Table:
    """Sizes and test accuracies: the notebook's, by its protocol here, by the fair one."""
    task = findings.record.task
    return table_of(
        MODELS,
        "Test accuracy: as the notebook reported it, by its protocol run here, and by the fair "
        "protocol (mean and 95 % interval over seeds)",
        {
            "Model": lambda model: model.name,
            "#Cell parameters": lambda model: count(model.candidate.cell_parameters),
            "#Model parameters": lambda model: count(model.candidate.model_parameters(task)),
            "#Notebook": lambda model: shown_percent(findings.reported(model)),
            "#Its protocol": lambda model: (
                shown_percent(findings.by_its_protocol(model)[-1])
                if findings.by_its_protocol(model)
                else NOTHING
            ),
            "#Fair protocol": lambda model: (
                shown_percent(mean.value) if (mean := findings.fair_mean(model)) else NOTHING
            ),
            "#Interval": lambda model: _span(findings, model),
        },
        style=lambda model: style_of(findings.record, model.cell),
    )


def _span(findings: Findings, model: NotebookModel) -> str:
    mean = findings.fair_mean(model)
    span = accuracy_span(mean) if mean else None
    return f"{interval(span)} %" if span else NOTHING


def step_table(findings: Findings) -> Table:
    """The difference from the notebook's to the fair one, one change at a time."""
    rows: list[Row] = []
    before: float | None = None
    for step in findings.steps:
        now = step.difference
        moved = None if before is None or now is None else now - before
        shown = (NOTHING if number is None else points(number, 2) for number in (now, moved))
        rows.append(Row((step.conditions, step.changed or NOTHING, *shown)))
        before = now
    return Table(
        "Test accuracy of LSTM(128) minus GRU(154), in percentage points, and what changes from "
        "line to line",
        columns("Conditions", "What changed", "#Difference", "#Change"),
        tuple(rows),
    )


def epoch_table(findings: Findings) -> Table:
    """Accuracy by epoch in the runs by the notebook's protocol."""
    return table_of(
        [
            (model, epoch, point)
            for model in findings.runs
            for epoch, point in findings.epochs(model).items()
        ],
        "Runs by the notebook's protocol, epoch by epoch",
        {
            "Model": lambda row: row[0].name,
            "#Epoch": lambda row: str(row[1]),
            "#Training accuracy": lambda row: percent(row[2].accuracy, 2),
            "#Test accuracy": lambda row: percent(row[2].validation_accuracy, 2),
        },
        style=lambda row: style_of(findings.record, row[0].cell),
    )


def failed_table(findings: Findings) -> Table:
    """The notebook's runs that have no result."""
    return table_of(
        [(model, run) for model, run in findings.runs.items() if run.reason],
        "Runs by the notebook's protocol that have no result",
        {"Model": lambda row: row[0].name, "Why": lambda row: row[1].reason or NOTHING},
        style=lambda row: style_of(findings.record, row[0].cell),
    )


def size_table(findings: Findings) -> Table:
    """The weights of one gate of each model, of all its gates, and of what surrounds the cell."""
    task = findings.record.task
    return table_of(
        MODELS,
        "Parameters: a gate has a kernel from the d inputs, one from the u values of the state, "
        "and one bias vector, or two in Keras\N{RIGHT SINGLE QUOTATION MARK} GRU",
        {
            "Model": lambda model: model.name,
            "Gates": lambda model: ", ".join(GATES[model.cell]),
            f"#Input kernel, d {_TIMES} u": lambda model: count(gate_of(model).input_kernel),
            f"#State kernel, u {_TIMES} u": lambda model: count(gate_of(model).recurrent_kernel),
            "#Biases": lambda model: _product(gate_of(model).biases // model.units, model.units),
            "#All gates": lambda model: _product(len(GATES[model.cell]), sum(gate_of(model))),
            "#Embedding": lambda model: _product(task.vocabulary, model.candidate.embedding),
            "#Output": lambda model: _product(model.units + 1, task.outputs),
            "#Model": lambda model: count(model.candidate.model_parameters(task)),
        },
        style=lambda model: style_of(findings.record, model.cell),
    )


def bias_table(findings: Findings) -> Table:
    """The GRUs with and without their second bias."""
    return table_of(
        [model for model in MODELS if model.cell is Cell.GRU],
        "Cell parameters of the GRUs with and without a second bias vector in each gate",
        {
            "Model": lambda model: model.name,
            "#reset_after=True, 3u(d + u + 2)": lambda model: count(
                model.candidate.cell_parameters
            ),
            "#reset_after=False, 3u(d + u + 1)": lambda model: count(reset_before(model)),
            "#Difference, 3u": lambda model: _product(3, model.units),
        },
        style=lambda model: style_of(findings.record, model.cell),
    )


def reset_before(model: NotebookModel) -> int:
    """Cell parameters of the same GRU with `reset_after=False`."""
    return replace(model.candidate, cell=Cell.GRU_RESET_BEFORE).cell_parameters


def _product(first: int, second: int) -> str:
    return f"{count(first)} {_TIMES} {count(second)} = {count(first * second)}"
