"""The beginning of a report, for a page that is not ours, such as a notebook."""

from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from reports.charts.figure import Figure
from reports.drawing.draw import draw
from reports.findings.answer import Answer
from reports.page import prose
from reports.page.decision import Decision, decision
from reports.page.render import render
from reports.page.warnings import remarks
from reports.tables.scores import scores_table
from reports.words.labels import budget_label, on_data
from reports.words.phrases import question
from study.trials.record import StudyRecord

_SHOWN = ("difference_by_search", "accuracy_by_size")


def extract(
    record: StudyRecord, answer: Answer, figures: Mapping[str, Figure | None], report: Path
) -> str:
    """The question, the answer and the main charts as HTML without script and style sheet.

    Args:
        figures: By name; of those that are shown, the ones that the records can fill.
        report: Where the whole report lies.
    """
    shown = [found for name in _SHOWN if (found := figures.get(name))]
    decided = decision(record, answer)
    return render(
        "page/extract.html",
        statement=answer.statement,
        badge=prose.badge(answer),
        question=question(
            record.cells, budget_label(record), on_data(record.dataset.name, record.metric)
        ),
        scores=scores_table(record, answer) if record.searches else None,
        decision=decided,
        told=_of(decided) if decided else [("", each) for each in answer.statement.further],
        remarks=remarks(record, answer),
        figures=shown,
        inline_svg={
            chart.key: Markup(draw(chart).inline) for figure in shown for chart in figure.charts
        },
        report=report,
    )


def _of(found: Decision) -> list[tuple[str, str]]:
    """What the verdict means in practice, by the report's headings."""
    told = {
        "Difference": found.difference,
        "How sure": found.sure,
        "Asked again": found.again,
        "What to do": found.advice,
    }
    return [(heading, said) for heading, said in told.items() if said]
