"""The files of a report: whole, safe to open, of bounded size, the same of the same record."""

import base64
import hashlib
import html
import json
import re
from pathlib import Path

import pytest

from reports.charts.figure import charts_of, figures
from reports.findings.answer import answer
from reports.words.text import visible
from reports.write import write
from study.errors import UserError
from study.trials.record import StudyRecord
from tests.support.made_up.data import HOSTILE
from tests.support.made_up.records import (
    confirmed_record,
    hostile_record,
    search_record,
)
from tests.support.pages import page_of, text_of


@pytest.mark.parametrize(
    "record", [search_record(), confirmed_record(), hostile_record()], ids=["s", "c", "h"]
)
def test_nothing_comes_from_elsewhere_and_nothing_runs(record: StudyRecord, tmp_path: Path) -> None:
    page = page_of(record, tmp_path)
    tags = re.findall(r"<(\w+)", page)
    assert not {"script", "img", "iframe", "object", "embed", "form", "base"} & set(tags)
    assert tags.count("style") == tags.count("link") == 1
    assert re.findall(r'(?:href|src)="([^#"][^"]*)"', page) == ["data:,"]
    assert not re.search(r'<[^>]+\s(?:style|on\w+)="', page)
    style = page.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}';" in html.unescape(page)
    assert "url(" not in style
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)


def test_hostile_names_show_as_text(tmp_path: Path) -> None:
    text = text_of(page_of(hostile_record(), tmp_path))
    for name in HOSTILE:
        assert " ".join(visible(name).split()) in text
    for path in tmp_path.iterdir():
        assert path.name in {"report.html", "summary.json", "trials.csv", "confirmations.csv",
                             "charts"}  # fmt: skip
    json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))


def test_the_same_record_gives_the_same_bytes(tmp_path: Path) -> None:
    record = confirmed_record()
    files = [
        path
        for path in (write(record, answer(record), tmp_path).parent).rglob("*")
        if path.is_file()
    ]
    before = {path: path.read_bytes() for path in files}
    write(record, answer(record), tmp_path)
    assert {path: path.read_bytes() for path in files} == before


def test_sizes_stay_bounded(tmp_path: Path) -> None:
    assert (
        len(page_of(confirmed_record(trials=80, searched=12, confirmed=12), tmp_path)) < 1_000_000
    )
    page = page_of(search_record(1_600), tmp_path)
    assert len(page) < 3_000_000
    assert "Listed are the best 400 of 2,560 complete trials" in page


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "charts").write_text("in the way")
    with pytest.raises(UserError, match=r"The report is written to .*, but that failed"):
        write(search_record(), answer(search_record()), tmp_path)


def test_every_chart_is_written_and_stands_on_the_page(tmp_path: Path) -> None:
    record = confirmed_record()
    page = page_of(record, tmp_path)
    keys = {chart.key for chart in charts_of(figures(record, answer(record)))}
    assert {path.stem for path in (tmp_path / "charts").iterdir()} == keys
    assert set(re.findall(r' id="([^"]*)-title"', page)) == keys
