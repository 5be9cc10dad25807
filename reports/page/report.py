"""The page of a study: what its template shows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reports.charts.figure import Figure
from reports.drawing.svg import Svg
from reports.findings.answer import Answer
from reports.findings.classes import by_class
from reports.page import method, prose, warnings
from reports.page.command_lines import Commands
from reports.page.decision import decision
from reports.page.glossary import glossary
from reports.page.render import render
from reports.page.supplement import Supplement
from reports.tables.classes import classes_table, matrix_table, pairs_table
from reports.tables.confirmation import confirmed_table
from reports.tables.scores import scores_table
from reports.tables.search import best_table, failure_table, trials_table
from reports.tables.table import Row, Table, columns
from reports.words.formatting import count, percent, points
from reports.words.labels import budget_label, metric_title, on_data
from reports.words.phrases import question
from study.datasets.description import describe
from study.terminal.words import number_of
from study.trials.record import StudyRecord

# What the template calls; all else that it is given are values.
_CALLED = {
    "method": method,
    "prose": prose,
    "warnings": warnings,
    "count": count,
    "percent": percent,
    "number_of": number_of,
}


def report(
    record: StudyRecord,
    answer: Answer,
    figures: Mapping[str, Figure | None],
    drawings: Mapping[str, Svg],
    folder: Path,
    supplement: Supplement | None = None,
) -> str:
    """The page as HTML.

    Args:
        figures: By the name that the template has for each.
        drawings: Of the figures' charts, by key.
        folder: Where the report will lie.
        supplement: What a command adds.
    """
    return render(
        "page/report.html",
        record=record,
        answer=answer,
        verdict=answer.verdict,
        statement=answer.statement,
        decided=answer.decided,
        decision=decision(record, answer),
        badge=prose.badge(answer),
        question=_question(record),
        margin=points(record.margin),
        figures=figures,
        inline_svg={key: Markup(drawing.inline) for key, drawing in drawings.items()},
        tables=_tables(record, answer),
        classes=_class_tables(record),
        commands=Commands(record, folder),
        searched=record.trials_per_search > 0,
        supplement=supplement,
        terms=glossary(),
        data=describe(record.dataset.facts, record.metric),
        metric_title=metric_title(record),
        **_CALLED,
    )


def _question(record: StudyRecord) -> str:
    data = on_data(record.dataset.name, record.metric)
    return question(record.cells, budget_label(record), data)


def _tables(record: StudyRecord, answer: Answer) -> dict[str, Table | None]:
    """The tables that belong to no figure."""
    return {
        "scores": scores_table(record, answer) if record.searches else None,
        "confirmed": confirmed_table(record, answer) if answer.budgets else None,
        "best": best_table(record, answer),
        "trials": trials_table(record),
        "failures": failure_table(record),
        "settings": _pairs("Settings in force", record.settings),
        "environment": _pairs("Where it ran", record.environment),
    }


def _class_tables(record: StudyRecord) -> list[Table]:
    """What the best models answer by class; none where that is not stored."""
    if not (found := by_class(record)):
        return []
    matrices = [matrix_table(record, cell, answers) for cell, answers in found.items()]
    return [
        classes_table(record, found),
        *(table for table in matrices if table),
        pairs_table(record, found),
    ]


def _pairs(caption: str, values: Mapping[str, Any]) -> Table:
    rows = tuple(Row((name, _plain(value))) for name, value in values.items())
    return Table(caption, columns("Name", "Value"), rows)


def _plain(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(item) for item in value)
    return str(value)
