"""What a notebook shows of a report."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reports.charts.figure import figures
from reports.findings.answer import answer
from reports.page.extract import extract
from study.trials.record import StudyRecord
from tests.support.made_up.records import confirmed_record, incomplete_record, search_record


def shown(record: StudyRecord) -> str:
    found = answer(record)
    page = extract(record, found, figures(record, found), Path("/there/report.html"))
    root = ElementTree.fromstring(page)  # well-formed, in one element
    assert "background" not in root.attrib["style"]  # nor is its text in a colour of ours
    return " ".join(" ".join(root.itertext()).split())


def test_it_is_the_reports_answer() -> None:
    text = shown(confirmed_record(linear=0.7))
    for said in (
        "Verdict: better At 20,736 cell parameters GRU is more accurate",
        "Linear model 70.0 %",
        "Difference: GRU is right",
        "How sure: That GRU is ahead",
        "Asked again: The same study with other seeds",
        "What to do: Take GRU",
        "The 2,407 test examples are few for a margin of 0.5 points",
        "The whole report: /there/report.html",
    ):
        assert said in text
    assert re.search(r"GRU [\d.]+ % [\d.]+ to [\d.]+ %", text)


@pytest.mark.parametrize("record", [search_record(), incomplete_record()])
def test_before_there_is_a_verdict_it_says_what_is_missing(record: StudyRecord) -> None:
    text = shown(record)
    assert "No verdict yet" in text
    assert "What to do" not in text
