"""Tables of a reproduction, for the page and the terminal."""

from reports.findings.confirmation import accuracy_span
from reports.reproduction.findings import Findings
from reports.tables.table import Row, Table, columns
from reports.words.formatting import NOTHING, count, interval, percent, points, shown_count
from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.reproduction.protocols import GRU_154, LSTM_128, MODELS, NotebookModel, model_name
from study.terminal.words import number_of

_TIMES = "\N{MULTIPLICATION SIGN}"


def results_table(findings: Findings) -> Table:
    """Sizes and test accuracies: the notebook's, by its protocol here, by the fair one."""
    seeds = findings.record.plan.replicates
    return Table(
        caption=f"Test accuracy: as the notebook reported it, by its protocol run here, and by "
        f"the fair protocol (mean of {number_of(seeds, 'seed')}, 95 % interval "
        "over seeds)",
        columns=columns(
            "Model",
            "#Cell parameters",
            "#Model parameters",
            "#Notebook",
            "#Its protocol",
            "#Fair protocol",
            "#Interval",
        ),
        rows=tuple(_result_row(findings, model) for model in MODELS),
    )


def _result_row(findings: Findings, model: NotebookModel) -> Row:
    worked = findings.arithmetic(model.candidate)
    own, mean = findings.by_its_protocol(model), findings.fair_mean(model)
    span = accuracy_span(mean) if mean else None
    known = findings.record.plan.on_the_notebooks_data
    return Row(
        (
            model.name,
            count(worked.cell),
            count(worked.model),
            percent(model.accuracy, 2) if known else NOTHING,
            percent(own.test_accuracy, 2) if own else NOTHING,
            percent(mean.value, 2) if mean else NOTHING,
            f"{interval(span)} %" if span else NOTHING,
        ),
        _look(model.cell),
    )


def step_table(findings: Findings) -> Table:
    """The difference from the notebook's to the fair one, one change at a time."""
    rows: list[Row] = []
    before: float | None = None
    for step in findings.steps:
        now = step.difference
        moved = None if before is None or now is None else now - before
        rows.append(
            Row(
                (
                    step.conditions,
                    NOTHING if now is None else points(now, 2),
                    step.changed if rows else NOTHING,
                    NOTHING if moved is None else points(moved, 2),
                )
            )
        )
        before = now
    return Table(
        caption=f"Test accuracy of {LSTM_128.name} minus {GRU_154.name}, in percentage points, "
        "and what changes from line to line",
        columns=columns("Conditions", "#Difference", "What changed", "#Change"),
        rows=tuple(rows),
    )


def gate_table(findings: Findings) -> Table:
    """Every gate's weights."""
    rows: list[Row] = []
    for model in MODELS:
        worked, units = findings.arithmetic(model.candidate), model.units
        inputs, vectors = model.candidate.embedding, model.cell.biases
        rows += [
            Row(
                (
                    f"{model.name}, {gate}",
                    f"{inputs} {_TIMES} {units} = {count(worked.input_kernel)}",
                    f"{units} {_TIMES} {units} = {count(worked.recurrent_kernel)}",
                    f"{vectors} {_TIMES} {units} = {count(worked.biases)}",
                    count(worked.gate),
                )
            )
            for gate in worked.gates
        ]
        rows.append(
            Row(
                (
                    f"{model.name}, all {len(worked.gates)}",
                    count(len(worked.gates) * worked.input_kernel),
                    count(len(worked.gates) * worked.recurrent_kernel),
                    count(len(worked.gates) * worked.biases),
                    count(worked.cell),
                ),
                _look(model.cell),
            )
        )
    return Table(
        caption="Cell parameters gate by gate: a kernel from the inputs, a kernel from the state, "
        "and one bias vector, or two in Keras\N{RIGHT SINGLE QUOTATION MARK} GRU",
        columns=columns("Gate", "#Input kernel", "#Recurrent kernel", "#Biases", "#Sum"),
        rows=tuple(rows),
    )


def model_table(findings: Findings) -> Table:
    """What surrounds the cell, and Keras' count of the whole."""
    rows = []
    for model in MODELS:
        worked, counted = findings.arithmetic(model.candidate), findings.counted(model.candidate)
        task = worked.task
        embedding = f"{count(task.vocabulary)} {_TIMES} {model.candidate.embedding}"
        output = f"({model.units} + 1) {_TIMES} {task.outputs}"
        rows.append(
            Row(
                (
                    model.name,
                    f"{embedding} = {count(worked.embedding)}",
                    count(worked.cell),
                    f"{output} = {count(worked.output)}",
                    count(worked.model),
                    shown_count(counted.model_parameters if counted else None),
                ),
                _look(model.cell),
            )
        )
    return Table(
        caption="Model parameters: embedding, cell and output",
        columns=columns("Model", "#Embedding", "#Cell", "#Output", "#Sum", "#Keras counts"),
        rows=tuple(rows),
    )


def size_table(findings: Findings) -> Table:
    """Each cell's size in one line next to Keras' count, with and without the second bias."""
    rows = []
    for candidate in findings.record.plan.variants:
        counted = findings.counted(candidate)
        rows.append(
            Row(
                (
                    _variant(candidate),
                    _formula(findings, candidate),
                    count(findings.arithmetic(candidate).cell),
                    shown_count(counted.cell_parameters if counted else None),
                ),
                _look(candidate.cell),
            )
        )
    return Table(
        caption=f"Cell parameters: gates {_TIMES} (input kernel + recurrent kernel + biases); "
        "one bias: reset_after=False",
        columns=columns("Cell", "Arithmetic", "#Sum", "#Keras counts"),
        rows=tuple(rows),
    )


def _variant(candidate: Candidate) -> str:
    if candidate.cell is Cell.GRU_RESET_BEFORE:
        return f"{Cell.GRU.display_name}({candidate.units}), one bias"
    return model_name(candidate)


def _formula(findings: Findings, candidate: Candidate) -> str:
    units, dot = candidate.units, "\N{MIDDLE DOT}"
    vectors = candidate.cell.biases
    biases = f"{vectors}{dot}{units}" if vectors > 1 else str(units)
    gates = len(findings.arithmetic(candidate).gates)
    products = f"{candidate.embedding}{dot}{units} + {units}{dot}{units}"
    return f"{gates} {_TIMES} ({products} + {biases})"


def runs_table(findings: Findings) -> Table:
    """Every fair run."""
    rows = [
        Row(
            (
                model.name,
                str(replicate + 1),
                str(len(run.curve)),
                NOTHING if run.validation_accuracy is None else percent(run.validation_accuracy, 2),
                percent(run.test_accuracy, 2),
            ),
            _look(model.cell),
        )
        for model in MODELS
        for replicate, run in findings.fair(model).items()
    ]
    return Table(
        caption="Runs by the fair protocol; the validation accuracy is that of the epoch whose "
        "weights were scored on test",
        columns=columns("Model", "#Seed", "#Epochs", "#Validation accuracy", "#Test accuracy"),
        rows=tuple(rows),
    )


def curve_table(findings: Findings) -> Table:
    """Accuracy by epoch in the runs by the notebook's protocol."""
    rows = [
        Row(
            (
                model.name,
                str(epoch + 1),
                percent(point.accuracy, 2),
                percent(point.validation_accuracy, 2),
            ),
            _look(model.cell),
        )
        for model in MODELS
        if (run := findings.by_its_protocol(model))
        for epoch, point in enumerate(run.curve)
    ]
    return Table(
        caption="Runs by the notebook's protocol, epoch by epoch",
        columns=columns("Model", "#Epoch", "#Training accuracy", "#Test accuracy"),
        rows=tuple(rows),
    )


def _look(cell: Cell) -> str:
    return "first" if cell is Cell.LSTM else "second"
