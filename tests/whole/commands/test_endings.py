"""What a command leaves for programs and for later: JSON, and a log with times."""

import json
import re
from pathlib import Path

import pytest

from reports.__main__ import app as report
from study.doctor import app as doctor
from study.search import app
from tests.support.commands import call, small_study

pytestmark = pytest.mark.usefixtures("simulated")


@pytest.fixture(scope="module")
def study(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The folder of a study that was run with --json, its output and its errors."""
    folder = tmp_path_factory.mktemp("endings")
    done = call(app, *small_study(texts), "--json", "--output-dir", str(folder))
    assert done.returncode == 0, done.stderr
    return folder / "moods", done.stdout, done.stderr


def test_the_end_is_one_json_object_and_the_rest_is_on_stderr(
    study: tuple[Path, str, str],
) -> None:
    run, output, errors = study
    end = json.loads(output)
    assert (end["study"], end["interrupted"], end["go_on"]) == ("moods", False, None)
    assert end["decided"] in (True, False)
    assert Path(end["report"]) == run / "report.html"
    assert json.loads(Path(end["summary"]).read_text())["study"] == "moods"
    assert end["answer"] in errors
    assert "search 1 of 2 [1/4] " in errors
    assert f"Dashboard: python -m study.dashboard {run}\n" in errors


def test_the_log_has_our_lines_with_times_and_no_others(study: tuple[Path, str, str]) -> None:
    run, _, errors = study
    lines = (run / "search.log").read_text(encoding="utf-8").splitlines()
    dated = [re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4} (.+)", one) for one in lines]
    assert all(dated)
    texts = [match[1] for match in dated if match]
    assert texts[0].startswith("isoparam ")
    assert texts[1:] == [line for line in errors.splitlines() if line.strip()]


def test_the_other_commands_have_json_too(study: tuple[Path, str, str]) -> None:
    run, _, _ = study
    found = json.loads(call(doctor, str(run), "--json").stdout)
    assert found["well"] is all(one["health"] == "ok" for one in found["findings"])
    written = json.loads(call(report, str(run), "--json").stdout)
    assert Path(written["report"]) == run / "report.html"
