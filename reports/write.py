"""A study's report, written beside it."""

import json
from pathlib import Path

from reports.charts.figure import charts_of, figures
from reports.drawing.draw import draw
from reports.exports.csv_files import confirmations_csv, trials_csv
from reports.exports.files import write_files
from reports.exports.summary import summary
from reports.findings.answer import Answer
from reports.page.report import report
from reports.page.supplement import Supplement
from reports.paper.article import write_paper
from study.trials.record import StudyRecord


def write(
    record: StudyRecord,
    found: Answer,
    folder: Path,
    supplement: Supplement | None = None,
    *,
    latex: bool = False,
) -> Path:
    """Write `report.html`, `summary.json`, the tables as CSV and the charts as SVG.

    Each file appears whole or not at all, the report last.

    Args:
        latex: Whether to write `latex/`, too: all that a paper needs.

    Returns:
        The report.

    Raises:
        UserError: The folder cannot be written.
    """
    shown = figures(record, found)
    told = summary(record, found)
    if supplement:
        shown |= supplement.figures
        told |= supplement.summary
    drawings = {chart.key: draw(chart) for chart in charts_of(shown)}
    texts = {
        "trials.csv": trials_csv(record),
        **({"confirmations.csv": confirmations_csv(record)} if record.confirmations else {}),
        "summary.json": f"{json.dumps(told, indent=2, allow_nan=False)}\n",
        **{f"charts/{key}.svg": drawing.file for key, drawing in drawings.items()},
        "report.html": report(record, found, shown, drawings, folder, supplement),
    }
    if latex:
        write_paper(record, found, shown, told, folder)
    write_files(folder, texts)
    return folder / "report.html"
