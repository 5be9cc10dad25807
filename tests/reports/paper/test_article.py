"""A study as LaTeX: its figures are the summary's, and it compiles."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.charts.difference import difference_by_search
from reports.charts.figure import charts_of
from reports.charts.luck import luck
from reports.comparison.estimate import Interval
from reports.exports.summary import summary
from reports.findings.answer import answer
from reports.paper.article import write_paper
from reports.paper.bibliography import bibliography
from reports.paper.method import cited, method
from reports.words.formatting import MINUS, interval, points
from study.datasets.registry import DATASETS
from study.question.flag_values import Searches
from study.trials.baseline import BaselineRecord
from study.trials.record import Status, StudyRecord
from study.trials.registered import Registration
from tests.support.commands import ROOT
from tests.support.made_up.records import (
    confirmed_record,
    hostile_record,
    incomplete_record,
    search_record,
    several_cells,
)

RECORDS = {
    "two cells": confirmed_record(),
    "several cells and looks": several_cells(4, planned=Searches(3, 6)),
    "hostile": hostile_record(),
    "incomplete": incomplete_record(),
    "search only": search_record(),
}


def written(record: StudyRecord, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Two charts will do: drawing them all takes long."""
    found = answer(record)
    told = summary(record, found)
    shown = {make.__name__: make(record, found) for make in (difference_by_search, luck)}
    return write_paper(record, found, shown, told, folder), told


def commands(latex: Path) -> dict[str, str]:
    text = (latex / "macros.tex").read_text(encoding="utf-8")
    return dict(re.findall(r"^\\newcommand\{\\iso(\w+)\}\{(.*)\}$", text, re.MULTILINE))


def test_the_commands_have_the_figures_of_the_summary(tmp_path: Path) -> None:
    latex, told = written(RECORDS["two cells"], tmp_path)
    found, verdict = commands(latex), told["verdict"]
    told_method = " ".join((latex / "method.tex").read_text().split())
    assert found["Winner"] == "GRU"
    assert found["Outcome"] == verdict["outcome"] == "better"
    table = (latex / "table.tex").read_text()
    assert found["Difference"] == points(verdict["difference"], 2).replace(MINUS, "$-$")
    assert f"& {found['Difference']} " in table
    for name, bounds in (("Difference", "interval"), ("Prediction", "prediction")):
        low, high = interval(Interval(*verdict[bounds]), 2).replace(MINUS, "$-$").split(" to ")
        assert (found[f"{name}Low"], found[f"{name}High"]) == (low, high)
    for place, budget in zip(("One", "Two", "Three"), told["budgets"], strict=True):
        seeds = [one for each in budget["gru"]["test_accuracy"] for one in each]
        mean = sum(seeds) / len(seeds)
        assert float(found[f"Budget{place}GRUAccuracy"]) == pytest.approx(100 * mean, abs=0.005)
        assert found[f"Budget{place}GRUAccuracy"] in table
        (parameters,), (units,) = set(budget["gru"]["cell_params"]), set(budget["gru"]["units"])
        assert found[f"Budget{place}GRUParameters"] == f"{parameters:,}"
        assert f"{found[f'Budget{place}GRUUnits']} units: {parameters:,}" in table
        assert found[f"Budget{place}GRUUnits"] == f"{units:,}"
        assert f"GRU with {units} units ({parameters:,} parameters)" in told_method
        (comparison,) = budget["comparisons"]
        shown = found[f"Budget{place}LSTMMinusGRU"].replace("$-$", "-")
        assert float(shown) == pytest.approx(100 * comparison["difference"], abs=0.005)


def test_what_is_not_known_is_a_dash(tmp_path: Path) -> None:
    latex, _ = written(RECORDS["search only"], tmp_path)
    assert commands(latex)["Difference"] == "--"
    assert not (latex / "table.tex").exists()


def test_the_method_says_the_figures_of_the_record() -> None:
    record = RECORDS["several cells and looks"]
    told = " ".join(method(record, answer(record)).split())
    # fmt: off
    figures = ("2,407 test examples", "20,736 cell parameters", "4 trials at each of 3 budgets",
               "0.5 percentage points", "All seeds derive from 0", "of 3 to 6 planned searches",
               "Holm")
    # fmt: on
    for figure in figures:
        assert figure in told
    entries = bibliography(cited(told))
    assert {"bouthillier2021", "faker", "isoparam", "lan1983", "holm1979"} <= cited(told)
    assert entries.count("\n@") == len(cited(told)) - 1


def told_of(record: StudyRecord) -> str:
    return " ".join(method(record, answer(record)).split())


def test_the_method_says_of_the_search_only_what_it_did() -> None:
    record = RECORDS["two cells"]
    few, many = (replace(record, trials_per_search=2 * trials) for trials in (6, 24))
    assert "Parzen" not in told_of(few)
    assert "had none of a cell's 6 to choose" in told_of(few)
    assert "chose the rest, at most 16 of a cell's 24" in told_of(many)
    drawn = replace(many, settings={**record.settings, "sampler": "random", "pruning": False})
    assert "All trials were uniform random points" in told_of(drawn)
    assert "pruning was off" in told_of(drawn)
    complete = [trial for trial in record.trials if trial.status is Status.COMPLETE]
    assert "but none was" in told_of(replace(record, trials=tuple(complete)))
    one = replace(record, limits=record.limits[:1])
    assert "at each of" not in told_of(one)


def test_the_method_says_whether_there_was_a_plan() -> None:
    record = replace(RECORDS["two cells"], registrations=())
    assert "set to be 0.5 percentage points, in the settings; no plan was" in told_of(record)
    stored = datetime(2026, 11, 24, 15, 20, tzinfo=UTC)
    planned = replace(record, registrations=(Registration(1, "ab", stored, 0, ""),))
    assert "declared to be 0.5 percentage points." in told_of(planned)
    assert "on 2026-11-24 15:20 UTC, before the first training" in told_of(planned)


def test_the_method_says_what_the_statistics_are() -> None:
    record = RECORDS["two cells"]
    found = answer(record)
    told, known = told_of(record), found.verdict
    assert known is not None
    assert known.headline.prediction is not None
    freedom = (
        f"{known.headline.estimate.freedom} and {record.dataset.test - 1:,} degrees of freedom"
    )
    assert freedom in told.replace(" (the searches differed by less than their seeds alone would "
                                   "make them: both were pooled)", "")  # fmt: skip
    asked = interval(known.headline.prediction, 2).replace(MINUS, "$-$")
    assert f"would find a difference of {asked} points" in told
    assert r"of confidence 90\,\%" in told
    linear = BaselineRecord(accuracy=0.8321, description="logistic regression", examples=9)
    with_linear = replace(record, baseline=linear)
    assert r"the same test split: 83.2\,\% accuracy" in told_of(with_linear)
    assert "pedregosa2011" in told_of(with_linear)


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_that_is_known_by_name_is_cited(name: str) -> None:
    record = RECORDS["two cells"]
    origin = record.dataset.facts.origin._replace(name=name)
    origins = {"surnames": record.dataset.facts.origin}  # which its source words otherwise
    facts = replace(record.dataset.facts, origin=origins.get(name, origin))
    dataset = replace(record.dataset, name=name, facts=facts)
    told = method(replace(record, dataset=dataset), answer(record))
    (key,) = cited(told.split(", 13 classes")[0])
    assert f"{{{key}," in bibliography([key])


def test_the_tool_is_cited_as_it_asks_for() -> None:
    asked = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    lines = (r'^title: "(.*)"$', r"^  - name: (.*)$", r"^version: (.*)$")
    title, author, version = (re.findall(line, asked, re.MULTILINE)[0] for line in lines)
    entry = bibliography(["isoparam"])
    assert f"{{{title}}}" in entry
    assert f"{{{{{author}}}}}" in entry
    assert f"Version {version}" in entry


def test_the_method_of_numbers_tells_of_no_embedding() -> None:
    record = RECORDS["two cells"]
    numbers = replace(record, task=replace(record.task, vocabulary=0, embedding=3))
    told = method(numbers, answer(numbers))
    assert "series of 3 features" in " ".join(told.split())
    assert "embedding" not in told


def test_charts_have_their_font_and_are_the_same_each_time(tmp_path: Path) -> None:
    latex, _ = written(RECORDS["two cells"], tmp_path)
    chart = latex / "figures" / "luck.pdf"
    before = chart.read_bytes()
    assert b"/FontFile2" in before
    assert b"/Type3" not in before
    header = (latex / "figures" / "luck.png").read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    (chart_of,) = charts_of({"luck": luck(RECORDS["two cells"], answer(RECORDS["two cells"]))})
    width, height = (int.from_bytes(header[at : at + 4]) for at in (16, 20))
    assert (width, height) == (chart_of.width * 300 // 72, chart_of.height * 300 // 72)
    written(RECORDS["two cells"], tmp_path)
    assert chart.read_bytes() == before


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
@pytest.mark.parametrize("name", RECORDS)
def test_the_article_compiles(name: str, tmp_path: Path) -> None:
    latex, _ = written(RECORDS[name], tmp_path)
    (latex / "told.tex").write_text(
        "\\documentclass{article}\\input{macros}\\begin{document}"
        + "".join(f"\\typeout{{{of}=\\iso{of}}}" for of in ("Searches", "Classes"))
        + "\\end{document}"
    )
    for document in ("article", "told"):
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", document],
            cwd=latex, capture_output=True, check=False,
        )  # fmt: skip
        log = done.stdout.decode(errors="replace")
        assert done.returncode == 0, log[-2000:]
        assert "Missing character" not in log
    assert f"Searches={commands(latex)['Searches']}\n" in log
    assert "Classes=" in log
    done = subprocess.run(["bibtex", "article"], cwd=latex, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
    assert b"Warning" not in done.stdout
