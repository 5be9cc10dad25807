"""The files of a study for a paper, and a minimal article that shows them."""

from collections.abc import Mapping
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
%s\clearpage
\bibliographystyle{plain}
\bibliography{references}
\end{document}
"""
_FIGURE = r"""\begin{figure}
\centering
%s
\caption{%s}
\end{figure}
"""
_PANEL = r"\includegraphics[width=%s\linewidth]{figures/%s}"
# What the answer is about; the others are there to be chosen from.
_SHOWN = ("difference_by_search", "difference_by_pair", "accuracy_by_size")
_OTHERS = "% The other figures, to choose from:\n"


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
            "article.tex": _article(record, found, shown),
        },
    )
    return latex


def _pictures(shown: Mapping[str, Figure | None]) -> dict[str, bytes]:
    return {
        f"{chart.key}.{kind}": picture
        for chart in charts_of(shown)
        for kind, picture in (("pdf", draw_pdf(chart)), ("png", draw_png(chart, _DPI / CSS_PIXELS)))
    }


def _article(record: StudyRecord, found: Answer, shown: Mapping[str, Figure | None]) -> str:
    on = on_data(record.dataset.name, record.metric)
    title = wrapped(tex(question(record.cells, budget_label(record), on)))
    made = {name: _figure(each) for name, each in shown.items() if each}
    first = "".join(text for name, text in made.items() if name in _SHOWN)
    others = "".join(text for name, text in made.items() if name not in _SHOWN)
    commented = "".join(f"% {line}\n" for line in others.splitlines())
    figures = first + (_OTHERS + commented if others else "")
    return _ARTICLE % (title, "\\input{table}\n" if found.budgets else "", figures)


def _figure(made: Figure) -> str:
    """One float of all charts of a figure, which its caption speaks of together."""
    width = "" if len(made.charts) == 1 else "0.49"
    panels = "\n".join(_PANEL % (width, chart.key) for chart in made.charts)
    titles = " ".join(f"{chart.title}." for chart in made.charts)
    return _FIGURE % (panels, wrapped(tex(f"{titles} {made.caption}")))
