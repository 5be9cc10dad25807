"""Where nothing can be said, nothing is said: a sentence or a warning, and no verdict."""

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from reports.comparison.outcome import Outcome
from reports.findings.answer import answer
from reports.publish import Reporter
from study.question.flag_values import Searches
from study.runs.archive import Archive
from study.search import app
from tests.support.commands import call, small_study
from tests.support.simulated.jobs import FailingConfirmation, FailingTraining, HangingConfirmation
from tests.support.simulated.studies import run, settings, simulate

Row = tuple[str, ...]  # text, label and, where it is given, split
WORDS = ("sun", "rain", "storm", "smile", "tear")


def written(path: Path, rows: Iterable[Row]) -> Path:
    rows = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label", "split")[: len(rows[0])])
        writer.writerows(rows)
    return path


def text(number: int) -> str:
    """None is like another."""
    return " ".join(WORDS[number // len(WORDS) ** place % len(WORDS)] for place in range(5))


def found(
    data: Path, folder: Path, capsys: pytest.CaptureFixture[str], **changes: Any
) -> tuple[Outcome, str, Archive]:
    """What a study of simulated trainings says: the outcome, and all that it tells in words."""
    study = run(settings(data, folder, quiet=False, **changes))
    answered = answer(study.record())
    assert answered.verdict is not None
    told = f"{capsys.readouterr().out} {answered.sentence}"
    return answered.verdict.outcome, " ".join(told.split()), study


def page(study: Archive) -> str:
    """The report's text."""
    published = Reporter().publish(study)
    text = re.sub("<[^>]*>", "", published.report.read_text(encoding="utf-8"))
    return " ".join(text.split())


@pytest.mark.usefixtures("simulated")
class TestData:
    def test_sixty_rows(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        rows = ((text(number), "ab"[number % 2]) for number in range(60))
        data = written(tmp_path / "few.csv", rows)
        outcome, told, _ = found(data, tmp_path / "runs", capsys)
        assert outcome is Outcome.UNDECIDED
        assert "The 12 test examples are few for a margin of 0.5 points" in told

    def test_a_test_split_of_ten(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        rows = (
            (text(number), "ab"[number % 2], "test" if number < 10 else "train")
            for number in range(210)
        )
        data = written(tmp_path / "ten.csv", rows)
        outcome, told, study = found(data, tmp_path / "runs", capsys, margin=5.0)
        assert outcome is Outcome.UNDECIDED
        few = "The 10 test examples are few for a margin of 5 points"
        assert few in told
        assert few in page(study)

    def test_models_below_the_majority(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = ((text(number), "ab"[number % 20 == 0]) for number in range(2_000))
        data = written(tmp_path / "rare.csv", rows)
        # A margin within which any two such models are alike.
        outcome, told, _ = found(data, tmp_path / "runs", capsys, margin=50.0)
        assert outcome is Outcome.UNDECIDED
        assert "LSTM and GRU are not above the majority baseline, the 95.0 %" in told
        assert "95.0 % of the test split are of the class" in told
        assert "Nothing can be said of cells that learned nothing." in told

    def test_the_same_texts_on_both_sides(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = (
            (text(number % 100), "ab"[number % 2], "test" if number < 100 else "train")
            for number in range(300)
        )
        data = written(tmp_path / "twice.csv", rows)
        outcome, told, _ = found(data, tmp_path / "runs", capsys)
        assert outcome is Outcome.UNDECIDED
        assert "100 of 100 test examples have a text that stands in training" in told


@pytest.mark.usefixtures("simulated")
def test_a_cell_whose_runs_all_fail(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("study.phases.search.TrainingJob", FailingTraining)
    monkeypatch.setattr("study.phases.confirmation.ConfirmationJob", FailingConfirmation)
    outcome, told, study = found(texts, tmp_path, capsys, budgets=1, n_trials=4)
    assert outcome is Outcome.UNDECIDED
    sentence = told[told.rindex("GRU failed") :]  # it comes before the claim
    assert sentence.startswith("GRU failed in 2 of 2 confirmed runs; each counts as answering with")
    assert "GRU is not above the majority baseline" in sentence
    assert "GRU failed in 2 of 2 confirmed runs" in page(study)
    summary = json.loads((study.folder.path / "summary.json").read_text())
    assert summary["trials"]["failed"] == 4
    assert summary["budgets"][0]["gru"]["failed"] == 2
    assert {path.name for path in study.folder.models.iterdir()} == {
        "lstm.keras",
        "lstm.json",
        "vocabulary.json",
    }


@pytest.mark.slow
def test_a_time_limit_that_hits_one_cell(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate(monkeypatch)
    monkeypatch.setattr("study.phases.confirmation.ConfirmationJob", HangingConfirmation)
    changes = {"budgets": 1, "n_trials": 2, "searches": Searches(2, 2), "trial_timeout": 2.0}
    outcome, told, _ = found(texts, tmp_path, capsys, **changes)
    assert outcome is Outcome.UNDECIDED
    assert "GRU failed in 2 of 2 confirmed runs" in told


def test_an_absurd_learning_rate_is_refused(texts: Path, tmp_path: Path) -> None:
    candidates = tmp_path / "candidates.json"
    known = {"units": 5, "dropout": 0.0, "recurrent_dropout": 0.0}
    candidates.write_text(json.dumps({"lstm": known, "gru": {**known, "learning_rate": 1e9}}))
    flags = small_study(texts, budgets=1, n_trials=2, candidates=candidates, output_dir=tmp_path)
    done = call(app, *flags)
    assert done.returncode == 2
    assert "learning_rate of gru is a number from" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "moods").exists()
