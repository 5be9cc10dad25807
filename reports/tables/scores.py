"""The accuracies that answer the question, and those that cost nothing."""

from collections.abc import Iterator

from reports.findings.answer import Answer
from reports.findings.confirmation import accuracy_span, mean_accuracy
from reports.tables.table import Row, Table, columns
from reports.words.formatting import NOTHING, count, interval, percent
from reports.words.labels import budget_label, metric_title, style_of
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord


def scores_table(record: StudyRecord, answer: Answer) -> Table:
    """Each cell at the budget that was asked for, a linear model, and the majority class."""
    facts = record.dataset.facts
    majority = percent(facts.majority_baseline(record.metric))
    return Table(
        f"On {count(record.dataset.test)} test examples; each cell with {budget_label(record)}",
        columns("Model", f"#{metric_title(record, 'test')}", "#Likely between (95 %)"),
        (
            *_cells(record, answer),
            *_linear(record),
            Row((f"Always \N{LEFT DOUBLE QUOTATION MARK}{facts.majority.name}"
                 "\N{RIGHT DOUBLE QUOTATION MARK}", majority, NOTHING)),
        ),
    )  # fmt: skip


def _cells(record: StudyRecord, answer: Answer) -> Iterator[Row]:
    for cell in record.cells if answer.budgets else ():
        found = mean_accuracy(answer.budgets[0], cell)
        span = accuracy_span(found)
        bounds = f"{interval(span)} %" if span else NOTHING
        yield Row((cell_name(cell), percent(found.value), bounds), style_of(record, cell))


def _linear(record: StudyRecord) -> Iterator[Row]:
    scored = record.baseline
    if scored is not None:
        shown = "failed" if scored.accuracy is None else percent(scored.accuracy)
        yield Row(("Linear model", shown, NOTHING))
