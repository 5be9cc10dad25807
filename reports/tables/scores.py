"""The accuracies that answer the question, and those that cost nothing."""

from collections.abc import Iterator

from reports.findings.answer import Answer
from reports.findings.confirmation import accuracy_span, mean_accuracy
from reports.tables.confirmation import sizes_of, units_of
from reports.tables.table import Row, Table, columns
from reports.words.formatting import NOTHING, count, interval, percent
from reports.words.labels import budget_label, metric_title, style_of
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord


def scores_table(record: StudyRecord, answer: Answer) -> Table:
    """Each cell at the budget that was asked for, a linear model, and the majority class."""
    facts = record.dataset.facts
    majority = percent(facts.majority_baseline(record.metric))
    always = (
        f"Always \N{LEFT DOUBLE QUOTATION MARK}{facts.majority.name}\N{RIGHT DOUBLE QUOTATION MARK}"
    )
    return Table(
        f"On {count(record.dataset.test)} test examples; budget: {budget_label(record)}",
        columns(
            "Model",
            f"#{metric_title(record, 'test')}",
            "#Likely between (95 %)",
            "#Units",
            f"#{record.budget.scope.capitalize()} parameters",
        ),
        (
            *_cells(record, answer),
            *_linear(record),
            Row((always, majority, *[NOTHING] * 3)),
        ),
    )


def _cells(record: StudyRecord, answer: Answer) -> Iterator[Row]:
    for cell in record.cells if answer.budgets else ():
        asked = answer.budgets[0]
        found = mean_accuracy(asked, cell)
        span = accuracy_span(found)
        bounds = f"{interval(span)} %" if span else NOTHING
        yield Row(
            (cell_name(cell), percent(found.value), bounds, units_of(asked, cell),
             sizes_of(asked, cell)),
            style_of(record, cell),
        )  # fmt: skip


def _linear(record: StudyRecord) -> Iterator[Row]:
    scored = record.baseline
    if scored is not None:
        shown = "failed" if scored.accuracy is None else percent(scored.accuracy)
        yield Row(("Linear model", shown, *[NOTHING] * 3))
