"""The commands that use a finished study: confirm, predict, dashboard, reports."""

import hashlib
import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import optuna
import optuna_dashboard
import pytest
from cyclopts import App

from reports.__main__ import app as report
from study.confirm import app as confirm
from study.dashboard import app as serve
from study.predict import app as predict
from study.runs.archive import read
from tests.support.commands import ROOT, call, run_module, search, small_study

CELLS = ("lstm", "gru")


@pytest.mark.slow
def test_searched_only_and_confirmed_afterwards_is_the_same_study(
    finished: Path, texts: Path, tmp_path: Path
) -> None:
    flags = [*small_study(texts), "--no-confirm", "--output-dir", str(tmp_path)]
    assert search(*flags).returncode == 0
    done = run_module("study.confirm", str(tmp_path / "moods"), "--n-jobs", "1")
    assert done.returncode == 0, done.stderr
    there, here = read(finished), read(tmp_path / "moods")
    assert here.searches == there.searches
    assert here.looks == there.looks
    for one, other in zip(here.confirmations, there.confirmations, strict=True):
        assert (one.search, one.budget, one.cell) == (other.search, other.budget, other.cell)
        assert (one.weights, one.test_accuracy) == (other.weights, other.test_accuracy)


def test_confirming_again_trains_nothing(run: Path) -> None:
    before = read(run)
    done = call(confirm, str(run), "--n-jobs", "1")
    assert done.returncode == 0, done.stderr
    after = read(run)
    assert after.confirmations == before.confirmations
    assert (after.searches, after.looks) == (before.searches, before.looks)


def test_predict_uses_the_saved_model(finished: Path) -> None:
    done = run_module("study.predict", str(finished), "we dance the day it was bright smile")
    assert done.returncode == 0, done.stderr
    label, probability, text = done.stdout.strip().split("\t")
    assert label in {"glad", "sad", "angry"}
    assert probability.endswith(" %")
    assert text.startswith("we dance")
    lines = call(predict, str(finished), "--cell", "gru", "--json", text="rain tear\nsun\n")
    answers = json.loads(lines.stdout)["predictions"]
    assert [answer["text"] for answer in answers] == ["rain tear", "sun"]
    strange = call(predict, str(finished), "qwxz vbnq", "rain")
    assert "No token of 'qwxz vbnq' is known: the answer means nothing.\n" in strange.stderr
    assert "'rain'" not in strange.stderr


def test_predict_refuses_what_it_has_not(run: Path) -> None:
    absent = call(predict, str(run), "--cell", "simple-rnn", "x")
    assert (absent.returncode, absent.stderr.count("\n")) == (2, 1)
    assert "has no SimpleRNN model" in absent.stderr


def test_predict_trains_again_what_was_lost(run: Path) -> None:
    cards = {cell: json.loads((run / "models" / f"{cell}.json").read_text()) for cell in CELLS}
    before = call(predict, str(run), "we dance the day it was bright smile")
    shutil.rmtree(run / "models")
    again = run_module("study.predict", str(run), "we dance the day it was bright smile")
    assert again.returncode == 0, again.stderr
    assert again.stdout == before.stdout
    assert again.stderr == ("Training the best LSTM and GRU again: trained in another folder.\n")
    for cell, card in cards.items():
        now = json.loads((run / "models" / f"{cell}.json").read_text())
        assert now == {**card, "trained_again": True}


def test_saved_models_load_without_this_package(finished: Path, tmp_path: Path) -> None:
    card = json.loads((finished / "models" / "gru.json").read_text())
    code = (
        "import sys, keras; m = keras.saving.load_model(sys.argv[1]); print(m.count_params());"
        "assert 'study' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(finished / "models" / "gru.keras")],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert int(done.stdout) == card["model_params"]


def test_a_saved_model_scores_what_its_card_says(finished: Path) -> None:
    from study.runs.archive import open_archive

    dataset = open_archive(finished).plan.dataset
    test = dataset.test()
    for cell in CELLS:
        card = json.loads((finished / "models" / f"{cell}.json").read_text())
        model = keras.saving.load_model(finished / "models" / f"{cell}.keras", compile=False)
        guessed = model.predict(test.inputs, verbose=0).argmax(axis=1)
        assert (guessed == test.labels).mean() == pytest.approx(card["test_accuracy"])
        weights = hashlib.sha256(b"".join(weight.tobytes() for weight in model.get_weights()))
        assert card["weights_sha256"] == weights.hexdigest()


def test_reports_rebuilds_the_same_report(finished: Path, run: Path) -> None:
    before = (finished / "report.html").read_text(encoding="utf-8")
    (run / "report.html").unlink()
    done = run_module("reports", str(run))
    assert done.returncode == 0, done.stderr
    after = (run / "report.html").read_text(encoding="utf-8")
    assert after.replace(str(run.parent), str(finished.parent)) == before


@pytest.mark.parametrize("app", [confirm, predict, serve, report], ids=lambda app: app.name[0])
def test_a_folder_that_is_no_run_is_refused(app: App, tmp_path: Path) -> None:
    done = call(app, str(tmp_path), *(["x"] if app is predict else []))
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert str(tmp_path) in done.stderr


@contextmanager
def dashboard(run: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "study.dashboard", str(run), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split("/dashboard")[0]
        finally:
            process.terminate()


def status(url: str, method: str = "GET", host: str | None = None) -> int:
    request = urllib.request.Request(url, method=method, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_dashboard_reads_and_cannot_write(finished: Path) -> None:
    with dashboard(finished) as base:
        assert status(f"{base}/api/studies") == 200
        assert status(f"{base}/api/studies/1") == 200
        assert status(f"{base}/api/studies/1", "DELETE") == 405
        assert status(f"{base}/api/studies", host="elsewhere.example") == 403


def test_the_dashboard_is_given_what_it_shows(finished: Path) -> None:
    storage = f"sqlite:///{finished / 'study.db'}"
    for name in ("moods", "moods (confirmation)"):
        study = optuna.load_study(study_name=name, storage=storage)
        assert study.metric_names == ["validation_loss"]  # no best of test scores
        assert "equal budget of 900 cell parameters" in optuna_dashboard.get_note(study)
        assert not [t for t in study.trials if t.state is optuna.trial.TrialState.RUNNING]
        # The dashboard ignores constraints: its best must be within the budget anyway.
        assert all(value <= 0 for t in study.trials for value in t.constraints.values())
        for attribute in ("cell", "units", "cell_params", "model_params", "seconds"):
            assert all(attribute in t.user_attrs for t in study.trials)


def test_every_trial_of_the_search_has_a_picture_of_its_curve(finished: Path) -> None:
    study = optuna.load_study(study_name="moods", storage=f"sqlite:///{finished / 'study.db'}")
    for trial in study.trials:
        (meta,) = optuna.artifacts.get_all_artifact_meta(trial, storage=study._storage)
        assert meta.filename == f"learning-curve-{trial.number}.png"
        picture = (finished / "artifacts" / meta.artifact_id).read_bytes()
        assert picture.startswith(b"\x89PNG")


def test_a_renamed_folder_is_still_the_study(run: Path) -> None:
    renamed = run.rename(run.with_name("renamed"))
    done = run_module("study.confirm", str(renamed), "--n-jobs", "1")
    assert done.returncode == 0, done.stderr
    assert "search [" not in done.stdout
    assert {path.name for path in renamed.parent.iterdir()} == {"renamed"}


def test_a_folder_without_its_database_is_not_begun_again(run: Path) -> None:
    (run / "study.db").unlink()
    done = run_module("reports", str(run))
    assert done.returncode == 2
    assert "--storage" in done.stderr
    assert not (run / "study.db").exists()
