"""The report of a reproduction: a page, a file for programs, and a table for the terminal."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup
from rich.console import Console
from rich.table import Table as RichTable

from reports.comparison.verdict import Outcome
from reports.drawing.chart import Chart
from reports.drawing.draw import draw
from reports.exports.files import write_files
from reports.page.glossary import glossary
from reports.page.render import render
from reports.reproduction import words
from reports.reproduction.blocks import (
    Block,
    Command,
    Definition,
    Definitions,
    Details,
    Figure,
    Heading,
    Page,
    Prose,
    Section,
)
from reports.reproduction.charts import curves_chart, results_chart
from reports.reproduction.findings import Findings, summary
from reports.reproduction.tables import (
    curve_table,
    gate_table,
    model_table,
    results_table,
    runs_table,
    size_table,
    step_table,
)
from reports.tables.table import Row, Table, columns
from study.reproduction.protocols import Reproduction


def write(findings: Findings, folder: Path) -> Path:
    """Write `reproduction.json` and `reproduction.html`, each whole or not at all.

    Returns:
        The page.

    Raises:
        UserError: The folder cannot be written.
    """
    write_files(
        folder,
        {
            "reproduction.json": f"{json.dumps(summary(findings), indent=2, allow_nan=False)}\n",
            "reproduction.html": html(findings),
        },
    )
    return folder / "reproduction.html"


def html(findings: Findings) -> str:
    """The report as HTML."""
    shown = page(findings)
    return render(
        "reproduction/page.html",
        page=shown,
        badge=shown.badge,
        decided=shown.decided,
        statement=shown.statement,
    )


def show(record: Reproduction, folder: Path, console: Console) -> Path:
    """Write the report, print what it says, and return its file."""
    findings = Findings(record)
    report = write(findings, folder)
    terminal(findings, console)
    return report


def terminal(findings: Findings, console: Console) -> None:
    """Print the sizes, the results and what they say."""
    for shown in (results_table(findings), size_table(findings)):
        console.print("", _rich(shown), sep="\n")
    said = [str(words.answer(findings)), *words.remarks(findings), *words.attribution(findings)]
    for text in said:
        console.print(f"\n{text}", highlight=False, markup=False)


def _rich(shown: Table) -> RichTable:
    table = RichTable(
        title=shown.caption, title_justify="left", title_style="", box=None, pad_edge=False
    )
    for column in shown.columns:
        table.add_column(column.name, justify="right" if column.numeric else "left")
    for row in shown.rows:
        table.add_row(*row.cells)
    return table


def page(findings: Findings) -> Page:
    """The report as a page."""
    sections = (
        _attribution(findings),
        _sizes(findings),
        _second_bias(findings),
        _runs(findings),
        Section("method", "How it was done", (Definitions(words.method(findings)),)),
        _again(findings),
    )
    page = Page(
        study="reproduction",
        question=words.question(findings),
        badge=words.badge(findings),
        decided=findings.verdict.outcome is not Outcome.UNDECIDED,
        statement=words.answer(findings),
        remarks=_prose(words.remarks(findings)),
        facts=words.facts(findings),
        picture=(
            _figure(words.results_caption(findings), results_chart(findings)),
            results_table(findings),
        ),
        sections=sections,
    )
    return _with_glossary(page)


def _attribution(findings: Findings) -> Section:
    return Section(
        "difference",
        "Where the difference came from",
        (
            step_table(findings),
            *_prose(words.attribution(findings)),
            _figure(words.CURVES_CAPTION, curves_chart(findings)),
            Details("Numbers behind this chart", curve_table(findings)),
        ),
    )


def _sizes(findings: Findings) -> Section:
    return Section(
        "sizes",
        "Parameters, gate by gate",
        (Prose(words.sizes(findings)), gate_table(findings), model_table(findings)),
    )


def _second_bias(findings: Findings) -> Section:
    return Section(
        "second-bias",
        "The second bias of the GRU",
        (*_prose(words.second_bias(findings)), size_table(findings)),
    )


def _runs(findings: Findings) -> Section:
    return Section("runs", "Runs by the fair protocol", (runs_table(findings),))


def _again(findings: Findings) -> Section:
    environment = findings.record.environment
    return Section(
        "again",
        "How to run it again",
        (
            Command(
                "Finished runs are kept; with more --replicates only the new seeds are trained:",
                findings.record.command,
            ),
            Heading("Where it ran"),
            Table(
                f"Machine and versions; data set fingerprint "
                f"{findings.record.plan.dataset.fingerprint}",
                columns("Name", "Value"),
                tuple(Row(pair) for pair in environment.items()),
            ),
        ),
    )


def _figure(caption: str, chart: Chart) -> Figure:
    return Figure((Markup(draw(chart).inline),), caption)


def _prose(texts: Iterable[str]) -> tuple[Prose, ...]:
    return tuple(Prose(text) for text in texts)


def _with_glossary(page: Page) -> Page:
    """The page with a line for each term that the report's glossary knows and it uses."""
    blocks = [*page.remarks, *page.picture]
    blocks += [block for section in page.sections for block in section.blocks]
    said = " ".join(_running_text(blocks))
    entries = tuple(
        Definition(term.name, term.meaning, f"term-{term.key}")
        for term in glossary()
        if re.search(rf"\b(?:{term.words})\b", said)
    )
    section = Section("glossary", "Glossary", (Definitions(entries),))
    return replace(page, sections=(*page.sections, section))


def _running_text(blocks: Sequence[Block]) -> Iterator[str]:
    """The text in which the page links terms."""
    for block in blocks:
        match block:
            case Prose(text=text):
                yield text
            case Figure(caption=caption):
                yield caption
            case Command(purpose=purpose):
                yield purpose
