"""`python -m study.reproduce`: the command, what it stores, and its training processes."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from study.reproduce import app
from study.storage.sqlite import FileStore
from tests.support.commands import ROOT, call, run_module, write_moods


def flags(texts: Path, folder: Path, **other: str) -> list[str]:
    """Flags of a reproduction that takes seconds; `other` take their place."""
    values = {"dataset": str(texts), "epochs": "2", "replicates": "1", "n_jobs": "1"}
    values |= {"output_dir": str(folder)} | other
    return [
        word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", value)
    ]


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A reproduction on few texts, interrupted after its first run, finished on one more seed."""
    base = tmp_path_factory.mktemp("reproduction")
    texts = base / "moods.csv"
    write_moods(texts, 90)
    process = subprocess.Popen(
        [sys.executable, "-m", "study.reproduce", *flags(texts, base / "out")],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "Go on:     python -m study.reproduce --dataset" in output
    first = results(base / "out")
    assert 1 <= len(first) < 5
    done = run_module("study.reproduce", *flags(texts, base / "out", replicates="2"))
    assert done.returncode == 0, done.stderr
    assert {key: results(base / "out")[key] for key in first} == first
    return texts, base / "out", done.stdout


def results(folder: Path) -> dict[tuple[str, int], str]:
    """The weights' digest of each run that is complete, by Optuna study and place in its plan."""
    storage = FileStore(folder / "study.db").optuna()
    return {
        (name, trial.user_attrs["slot"]): trial.user_attrs["weights_sha256"]
        for name in optuna.get_all_study_names(storage)
        for trial in optuna.load_study(study_name=name, storage=storage).trials
        if trial.state is optuna.trial.TrialState.COMPLETE
    }


def test_the_command_reports_on_both_protocols(reproduced: tuple[Path, Path, str]) -> None:
    _, folder, output = reproduced
    assert "At 131,584 cell parameters" in output
    found = json.loads((folder / "summary.json").read_text())
    epochs = [len(one["test_accuracy_by_epoch"]) for one in found["notebook"]["models"]]
    assert epochs == [2, 1, 1]
    assert [one["notebook_accuracy"] for one in found["notebook"]["models"]] == [None] * 3
    (budget,) = found["budgets"]
    assert (budget["lstm"]["units"], budget["gru"]["units"]) == ([128, 128], [154, 154])
    assert len(budget["lstm"]["test_accuracy"]) == len(budget["gru"]["test_accuracy"]) == 2
    page = (folder / "report.html").read_text()
    assert "Where the notebook's difference came from" in page.replace("&#39;", "'")
    assert (folder / "models" / "gru.keras").exists()
    assert not (folder / "settings.toml").exists()  # `study.search` cannot go on with it


def test_again_trains_nothing(reproduced: tuple[Path, Path, str], tmp_path: Path) -> None:
    texts, finished, _ = reproduced
    folder = Path(shutil.copytree(finished, tmp_path / "out"))
    before, summary = results(folder), (folder / "summary.json").read_bytes()
    again = run_module("study.reproduce", *flags(texts, folder, replicates="2"), "--quiet")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (folder / "summary.json").read_bytes() == summary
    assert results(folder) == before
    assert len(before) == 3 + 4


def test_other_settings_in_the_same_folder_are_refused(
    reproduced: tuple[Path, Path, str],
) -> None:
    texts, folder, _ = reproduced
    done = call(app, *flags(texts, folder, seed="1"))
    assert done.returncode == 2
    assert "--seed was 0, now 1" in done.stderr
    assert "--output-dir" in done.stderr


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"frobnicate": "1"}, "Unknown option"),
        ({"epochs": "0"}, "Must be >= 1"),
        ({"replicates": "0"}, "Must be >= 1"),
        ({"n_jobs": "0"}, "Must be >= 1"),
        ({"seed": "-1"}, "Must be >= 0"),
        ({"dataset": "nowhere.csv"}, "nowhere.csv"),
        ({"dataset": ""}, "empty"),
        ({"output_dir": "/dev/null/out"}, "Choose another --output-dir"),
    ],
)
def test_bad_input_is_one_sentence(
    given: dict[str, str], sentence: str, texts: Path, tmp_path: Path
) -> None:
    done = call(app, *flags(texts, tmp_path / "out", **given))
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert done.stderr.startswith("isoparam: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_help_needs_neither_keras_nor_numpy() -> None:
    code = (
        "import sys\n"
        "from study.reproduce import app\n"
        "app.help_print([])\n"
        "print([m for m in ('tensorflow', 'keras', 'optuna', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "--replicates" in done.stdout
    assert done.stdout.strip().endswith("[]")
