"""`python -m study.reproduce`: the command, what it keeps, and its training processes."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from study.reproduce import app
from study.reproduction.kept import Kept, kept_results
from study.reproduction.protocols import MODELS, Plan, measured
from study.training.job import Result
from tests.reports.reproduction.test_findings_and_page import IMDB, curve
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
    arguments = flags(texts, base / "out")
    process = subprocess.Popen(
        [sys.executable, "-m", "study.reproduce", *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "the same command goes on" in output
    assert not list((base / "out").glob("reproduction.[jh]*"))
    first = kept(base / "out")
    assert 1 <= len(first) < 7
    done = run_module("study.reproduce", *flags(texts, base / "out", replicates="2"))
    assert done.returncode == 0, done.stderr
    assert {name: kept(base / "out")[name] for name in first} == first
    return texts, base / "out", done.stdout


def kept(folder: Path) -> dict[str, bytes]:
    """The kept results; every file of the folder is whole."""
    assert not list(folder.rglob(".*"))
    return {path.name: path.read_bytes() for path in folder.glob("runs/*/*.json")}


def test_the_command_reports_in_three_ways(reproduced: tuple[Path, Path, str]) -> None:
    _, folder, output = reproduced
    for number in ("131,584", "99,072", "131,208", "98,688", "130,746"):
        assert number in output
    found = json.loads((folder / "reproduction.json").read_text())
    assert [model["name"] for model in found["models"]] == ["LSTM(128)", "GRU(128)", "GRU(154)"]
    for model in found["models"]:
        assert model["cell_params"] == model["keras_cell_params"]
        assert model["model_params"] == model["keras_model_params"]
        assert len(model["fair"]["test_accuracy"]) == 2
        assert model["notebook"] is None
    epochs = [len(m["its_protocol"]["test_accuracy_by_epoch"]) for m in found["models"]]
    assert epochs == [2, 1, 1]
    assert "<h1>The notebook, run again" in (folder / "reproduction.html").read_text()


def test_again_trains_nothing(reproduced: tuple[Path, Path, str]) -> None:
    texts, folder, _ = reproduced
    before, page_before = kept(folder), (folder / "reproduction.html").read_bytes()
    again = run_module("study.reproduce", *flags(texts, folder, replicates="2"), "--quiet")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (folder / "reproduction.html").read_bytes() == page_before
    assert kept(folder) == before


def trained() -> Result:
    return Result(
        validation_accuracy=0.7, curve=curve(0.7, 0.6), seconds=1.0, training_seconds=1.0,
        peak_memory=1.0, stopped=False, weights="",
    )  # fmt: skip


def test_more_seeds_train_only_what_is_new(tmp_path: Path) -> None:
    plan = Plan(IMDB, epochs=10, replicates=1, seed=0)
    results = kept_results(tmp_path, plan)
    left = set(results.jobs())
    for run in plan.runs:
        results.keep(run.name, trained())
    (counts,) = results.jobs()
    assert left == {counts, *(run.name for run in plan.runs)}
    more = replace(plan, replicates=3)
    new = {run.name for run in more.runs} - left
    assert len(new) == 2 * len(MODELS)
    assert set(kept_results(tmp_path, more).jobs()) == {counts, *new}


def test_a_damaged_result_counts_as_none(tmp_path: Path) -> None:
    plan = Plan(IMDB, epochs=10, replicates=1, seed=0)
    results = Kept(tmp_path / "runs", plan)
    run = plan.runs[0]
    results.keep(run.name, trained())
    assert results.runs() == {run: measured(trained())}
    assert run.name not in results.jobs()
    for damage in ("", "{}", "[1]", '{"curve": 3}'):
        (tmp_path / "runs" / f"{run.name}.json").write_text(damage)
        assert results.runs() == {}
        assert run.name in results.jobs()


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
