import subprocess
import sys
from pathlib import Path

import pytest

import study.runs.archive
from reports.__main__ import app
from tests.support.made_up.records import confirmed_record


def test_a_folder_without_a_study_is_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reports", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("isoparam: A run is the folder of a study")
    assert "Traceback" not in done.stderr


def test_the_report_is_written_from_what_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(study.runs.archive, "read", lambda run, storage: confirmed_record(trials=8))
    app([str(tmp_path)], result_action="return_value")
    assert capsys.readouterr().out.strip() == str(tmp_path / "report.html")
    assert (tmp_path / "summary.json").exists()
    app([str(tmp_path), "--quiet"], result_action="return_value")
    assert capsys.readouterr().out == ""
