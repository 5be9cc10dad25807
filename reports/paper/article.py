"""The files of a study for a paper, and a minimal article that shows them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.charts.figure import Figure, charts_of
from reports.drawing.draw import draw_pdf, draw_png
from reports.drawing.lettering import CSS_PIXELS
from reports.exports.files import write_files
from reports.findings.answer import Answer
from reports.paper.bibliography import bibliography
from reports.paper.macros import macros
from reports.paper.method import cited, method
from reports.paper.table import table
from reports.paper.tex import UNICODE, tex, wrapped
from reports.words.labels import budget_label, on_data
from reports.words.phrases import question
from study.trials.record import StudyRecord

_DPI = 300
_ARTICLE = r"""%% To typeset it: pdflatex article, bibtex article, and pdflatex twice.
\documentclass{article}
\usepackage{booktabs}
\usepackage{graphicx}
\input{macros}
\title{%s}
\author{}
\date{}
\begin{document}
\maketitle
\input{answer}
%s\section*{Method}
\input{method}
%s\bibliographystyle{plain}
\bibliography{references}
\end{document}
"""
_FIGURE = r"""\begin{figure}
\centering
\includegraphics[width=\linewidth]{figures/%s}
\caption{%s}
\end{figure}
"""


def write_paper(
    record: StudyRecord,
    found: Answer,
    shown: Mapping[str, Figure | None],
    told: Mapping[str, Any],
    folder: Path,
) -> Path:
    """Write `latex/` into a run's folder: LaTeX, BibTeX, and each chart as PDF and PNG.

    Args:
        shown: The report's figures.
        told: The report's summary, whose figures the commands have.

    Returns:
        The folder.

    Raises:
        UserError: It cannot be written.
    """
    paragraph = method(record, found)
    latex = folder / "latex"
    write_files(
        latex,
        {
            **{f"figures/{name}": picture for name, picture in _pictures(shown).items()},
            "macros.tex": macros(told),
            "answer.tex": f"{UNICODE}\n{wrapped(tex(found.sentence))}\n",
            "method.tex": paragraph,
            **({"table.tex": table(record, found)} if found.budgets else {}),
            "references.bib": bibliography(cited(paragraph)),
            "article.tex": _article(record, found, list(shown.values())),
        },
    )
    return latex


def _pictures(shown: Mapping[str, Figure | None]) -> dict[str, bytes]:
    return {
        f"{chart.key}.{kind}": picture
        for chart in charts_of(shown)
        for kind, picture in (("pdf", draw_pdf(chart)), ("png", draw_png(chart, _DPI / CSS_PIXELS)))
    }


def _article(record: StudyRecord, found: Answer, shown: Sequence[Figure | None]) -> str:
    on = on_data(record.dataset.name, record.metric)
    title = wrapped(tex(question(record.cells, budget_label(record), on)))
    figures = "".join(
        _FIGURE % (chart.key, wrapped(tex(f"{chart.title}. {each.caption}")))
        for each in shown
        if each
        for chart in each.charts
    )
    return _ARTICLE % (title, "\\input{table}\n" if found.budgets else "", figures)
