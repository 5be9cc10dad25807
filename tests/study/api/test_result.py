"""What a study has found, for a notebook or a script."""

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from matplotlib.figure import Figure

import study


@pytest.fixture(scope="module")
def result(finished: Path) -> study.Result:
    return study.load(str(finished))


def test_it_says_what_the_report_says(result: study.Result, finished: Path) -> None:
    summary = json.loads((finished / "summary.json").read_text(encoding="utf-8"))
    assert result.summary == summary
    assert result.verdict == summary["sentence"]
    assert repr(result) == result.answer
    assert result.answer in result.verdict
    assert result.finished
    assert (result.folder, result.report) == (finished, finished / "report.html")
    assert result.resume.endswith(f" --config {finished / 'settings.toml'}")


@pytest.mark.parametrize("table", ["trials", "confirmations"])
def test_its_tables_are_the_files_with_types(
    table: str, result: study.Result, finished: Path
) -> None:
    frame: pd.DataFrame = getattr(result, table)
    read = pd.read_csv(finished / f"{table}.csv")
    assert list(frame.columns) == list(read.columns)
    assert len(frame) == len(read) > 0
    for name in ("number", "cell_params", "validation_accuracy"):
        assert frame[name].astype(float).tolist() == pytest.approx(read[name].tolist())
        assert frame[name].dtype != object


def test_its_figures_are_the_reports(result: study.Result, finished: Path) -> None:
    assert set(result.figures) == {path.stem for path in (finished / "charts").glob("*.svg")}
    figure = result.figures["accuracy-by-size"]
    assert isinstance(figure, Figure)
    picture = io.BytesIO()
    figure.savefig(picture, dpi=144)
    assert picture.getvalue().startswith(b"\x89PNG")
    with pytest.raises(KeyError, match=r"there are .*accuracy-by-size"):
        _ = result.figures["accuracy"]


def test_a_notebook_shows_it_without_script_style_sheet_or_anything_from_elsewhere(
    result: study.Result,
) -> None:
    page = result._repr_html_()
    root = ElementTree.fromstring(page)  # well-formed, in one element
    assert not {"script", "style", "link", "img", "iframe"} & {each.tag for each in root.iter()}
    assert not re.search(r"(src|href)=|url\(|@import", page)
    assert len(list(root.iter("svg"))) == 2
    assert " ".join(result.verdict.split())[:40] in " ".join("".join(root.itertext()).split())
    assert str(result.report) in page


def test_a_folder_that_is_no_studys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(study.UserError, match="A run is the folder of a study"):
        study.load(str(tmp_path))
