"""`python -m study.search` as its users run it."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import optuna
import pytest

from study.datasets.dataset import DatasetSpec
from study.datasets.prepare import prepare
from study.runs.archive import read
from study.trials import attributes as attrs
from study.trials.record import Look, Status
from tests.support.commands import ROOT, search, small_study


def results(run: Path) -> list[tuple[object, ...]]:
    record = read(run)
    trials = [(t.number, t.cell, t.candidate, t.validation_loss) for t in record.trials]
    runs = [(c.number, c.cell, c.candidate, c.test_accuracy) for c in record.confirmations]
    return [*trials, *runs]


def test_a_study_leaves_everything_in_its_folder(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    assert names >= {
        "study.db",
        "settings.toml",
        "search.log",
        "libraries.log",
        "trials.csv",
        "confirmations.csv",
        "summary.json",
        "report.html",
        "charts",
        "artifacts",
        "models",
    }
    assert {path.name for path in (finished / "models").iterdir()} == {
        "lstm.keras",
        "gru.keras",
        "lstm.json",
        "gru.json",
        "vocabulary.json",
    }
    settings = tomllib.loads((finished / "settings.toml").read_text())
    assert settings["max-params"] == 900


def test_the_plan_is_complete_and_even(finished: Path) -> None:
    record = read(finished)
    assert [(trial.search, trial.budget, trial.cell) for trial in record.trials] == [
        (search, limit, cell) for search in (1, 2) for limit in (900, 225) for cell in record.cells
    ]
    assert all(trial.finished for trial in record.trials)
    assert all(trial.excess is not None and trial.excess <= 0 for trial in record.trials)
    assert len(record.confirmations) == 2 * 2 * 2
    assert record.looks == (Look(2, 2, 2),)
    assert all(run.status is Status.COMPLETE for run in record.confirmations)


def test_pairs_share_what_they_must(finished: Path) -> None:
    study = optuna.load_study(
        study_name="moods (confirmation)", storage=f"sqlite:///{finished / 'study.db'}"
    )
    seeds: dict[tuple[int, int, int], set[int]] = {}
    for trial in study.trials:
        attributes = trial.user_attrs
        pair = (attributes[attrs.SEARCH], attributes[attrs.BUDGET], attributes[attrs.REPLICATE])
        seeds.setdefault(pair, set()).add(attributes[attrs.SEED])
    assert all(len(shared) == 1 for shared in seeds.values())
    assert len(set.union(*seeds.values())) == len(seeds)


def test_again_does_nothing_and_changes_nothing(run: Path) -> None:
    before = results(run)
    summary = json.loads((run / "summary.json").read_text())
    again = search("--config", str(run / "settings.toml"), "--output-dir", str(run.parent))
    assert again.returncode == 0, again.stderr
    assert results(run) == before
    assert json.loads((run / "summary.json").read_text()) == summary


@pytest.fixture(scope="module")
def blind(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same search again, where the test split cannot be read."""
    folder = tmp_path_factory.mktemp("blind")
    dataset = prepare(DatasetSpec(str(texts), sequence_length=6), folder / "cache")
    damaged = {path: b"?" * path.stat().st_size for path in dataset.folder.glob("test-*")}
    for path, content in damaged.items():
        path.unlink()
        path.write_bytes(content)
    flags = [*small_study(texts), "--no-confirm", "--output-dir", str(folder)]
    done = search(*flags, env={"ISOPARAM_CACHE": str(folder / "cache")})
    assert done.returncode == 0, done.stderr
    assert damaged
    assert {path: path.read_bytes() for path in damaged} == damaged
    return folder / "moods"


def test_the_same_seed_gives_the_same_study(finished: Path, blind: Path) -> None:
    count = len(read(finished).trials)
    assert results(blind) == results(finished)[:count]


def test_the_search_never_opens_the_test_split(blind: Path) -> None:
    assert sum(trial.finished for trial in read(blind).trials) == 8


def test_dry_run_prints_the_plan_and_writes_nothing(texts: Path, tmp_path: Path) -> None:
    asked = ["--dry-run", "--sampler", "qmc", "--output-dir", str(tmp_path / "runs")]
    done = search(*small_study(texts), *asked)
    assert done.returncode == 0, done.stderr
    assert "Searcher: scrambled Sobol points." in done.stdout
    assert "Searches: 2, each of 4 trials: 1 of each of 2 cells at 2 budgets" in done.stdout
    assert "its 4 winners on 1 fresh seed" in done.stdout
    assert "Source: moods.csv: 300 examples from 300 lines." in done.stdout
    assert "Warning: The 60 test examples are few for a margin of 0.5 points" in done.stdout
    assert not (tmp_path / "runs").exists()


def test_quiet_prints_nothing(run: Path) -> None:
    done = search(
        "--config", str(run / "settings.toml"), "--output-dir", str(run.parent), "--quiet"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_help_needs_neither_keras_nor_optuna() -> None:
    code = (
        "import sys\n"
        "from study.search import app\n"
        "app.help_print([])\n"
        "print([m for m in ('tensorflow', 'keras', 'optuna', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "--max-params" in done.stdout
    assert done.stdout.strip().endswith("[]")
