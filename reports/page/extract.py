"""The beginning of a report, for a page that is not ours, such as a notebook."""

from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from reports.charts.figure import Figure
from reports.drawing.draw import draw
from reports.findings.answer import Answer
from reports.page import prose
from reports.page.render import render
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
    return render(
        "page/extract.html",
        answer=answer,
        statement=answer.statement,
        badge=prose.badge(answer),
        question=question(
            record.cells, budget_label(record), on_data(record.dataset.name, record.metric)
        ),
        figures=shown,
        inline_svg={
            chart.key: Markup(draw(chart).inline) for found in shown for chart in found.charts
        },
        report=report,
    )
