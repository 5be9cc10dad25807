"""The same best models in every folder of a study, whoever trained them: simulated trainings."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from study.predict import app as predict
from study.question.flag_values import Searches
from study.question.settings import Settings
from study.runs.archive import Archive
from study.runs.health import examine
from study.trials.record import ConfirmationRecord, Status
from tests.support.commands import call
from tests.support.servers.postgres import PostgresServer, programs
from tests.support.servers.server import databases
from tests.support.simulated.jobs import OtherwiseRounded
from tests.support.simulated.stubs import SilentReporter
from tests.support.simulated.studies import run, settings

pytestmark = pytest.mark.usefixtures("simulated")
CELLS = ("lstm", "gru")
ONE, TWO = Searches(1, 1), Searches(2, 2)


def small(texts: Path, folder: Path, **changes: Any) -> Settings:
    """With as little search as can be."""
    return settings(texts, folder, **{"budgets": 1, "n_trials": 2, "replicates": 2, **changes})


def best(archive: Archive, cell: str) -> ConfirmationRecord:
    """By its definition: the lowest validation loss at the asked budget, over all searches."""
    record = archive.record()
    of_cell = [
        one
        for one in record.confirmations
        if (one.cell, one.budget, one.status) == (cell, record.budget.limit, Status.COMPLETE)
    ]
    return min(of_cell, key=lambda one: one.validation_loss or 0.0)


def models(archive: Archive) -> Mapping[str, tuple[dict[str, Any], str]]:
    """The card and the weights of each model; nothing else may be left in the folder."""
    folder = archive.folder
    assert {path.name for path in folder.models.iterdir()} == {
        "vocabulary.json",
        *(f"{cell}.{kind}" for cell in CELLS for kind in ("json", "keras")),
    }
    return {
        cell: (json.loads(folder.model_card(cell).read_text()), folder.model(cell).read_text())
        for cell in CELLS
    }


def check(archive: Archive) -> Mapping[str, tuple[dict[str, Any], str]]:
    """The folder has the best models, and their cards tell the truth."""
    found = models(archive)
    for cell, (card, weights) in found.items():
        run = best(archive, cell)
        assert card["weights_sha256"] == weights
        assert card["run"]["weights_sha256"] == run.weights
        assert card["run"]["number"] == run.number
        assert card["validation_loss"] == run.validation_loss
        assert card["test_accuracy"] == run.test_accuracy
        assert ("note" in card) == (weights != run.weights)
    archive.store.optuna().engine.dispose()
    return found


def test_the_best_is_the_best_of_all_searches(texts: Path, tmp_path: Path) -> None:
    archive = run(small(texts, tmp_path))
    found = check(archive)
    assert not any(card["trained_again"] for card, _ in found.values())
    written = archive.folder.model("gru").stat().st_mtime_ns
    run(small(texts, tmp_path))
    assert archive.folder.model("gru").stat().st_mtime_ns == written
    check(run(small(texts, tmp_path, searches=Searches(3, 3))))


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A database that several folders share."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'shared.db'}"
        return
    if programs() is None:
        pytest.skip("no PostgreSQL server is installed")
    with databases(PostgresServer) as make:
        server, database = make()
        yield server.url(database)


def test_folders_that_share_a_study_have_the_same_models(
    storage: str, texts: Path, tmp_path: Path
) -> None:
    def work(name: str, searches: Searches) -> Mapping[str, tuple[dict[str, Any], str]]:
        return check(run(small(texts, tmp_path / name, storage=storage, searches=searches)))

    work("first", ONE)
    second, first, third = (work(name, TWO) for name in ("second", "first", "third"))
    weights = {cell: weights for cell, (_, weights) in third.items()}
    for found in (first, second):
        assert {cell: weights for cell, (_, weights) in found.items()} == weights
    assert all(card["trained_again"] for card, _ in third.values())
    assert {card["trained_again"] for found in (first, second) for card, _ in found.values()} == {
        False,
        True,
    }


def test_a_machine_that_rounds_otherwise_says_so(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = f"sqlite:///{tmp_path / 'shared.db'}"
    here = check(run(small(texts, tmp_path / "here", storage=storage)))
    monkeypatch.setattr("study.runs.best_models.SavingJob", OtherwiseRounded)
    there = run(small(texts, tmp_path / "there", storage=storage))
    for cell, (card, weights) in check(there).items():
        assert weights == "f" * 64 == card["weights_sha256"]
        assert card["run"]["weights_sha256"] == here[cell][1]
        assert "its weights are not the run's" in card["note"]
    written = there.folder.model("gru").stat().st_mtime_ns
    again = run(small(texts, tmp_path / "there", storage=storage))
    assert again.folder.model("gru").stat().st_mtime_ns == written


def test_a_folder_that_lost_its_models_gets_them_back(texts: Path, tmp_path: Path) -> None:
    archive = run(small(texts, tmp_path))
    before = check(archive)
    archive.folder.model("lstm").unlink()
    (finding,) = [
        one for one in examine(archive.folder.path, None, SilentReporter()) if one.check == "models"
    ]
    assert finding.detail == "the best LSTM of the study not in the folder"
    assert finding.remedy == archive.resume()
    after = check(run(small(texts, tmp_path)))
    assert after["gru"] == before["gru"]
    assert after["lstm"][1] == before["lstm"][1]
    assert after["lstm"][0]["trained_again"]


def test_a_model_that_was_not_yet_told_is_not_taken_for_another(
    texts: Path, tmp_path: Path
) -> None:
    archive = run(small(texts, tmp_path, searches=ONE))
    left = archive.folder.run_model("another-host-1-abcdef01", best(archive, "gru").number)
    left.write_text("another study's")
    left_again = archive.folder.run_model("me", 0)
    left_again.write_text("of a run that this process has not done")
    archive.folder.model("gru").unlink()
    archive = run(small(texts, tmp_path, searches=ONE))
    left.unlink()
    left_again.unlink()
    assert check(archive)["gru"][0]["trained_again"]


def test_models_that_are_nowhere_are_a_sentence(texts: Path, tmp_path: Path) -> None:
    archive = run(small(texts, tmp_path, confirm=False))
    done = call(predict, str(archive.folder.path), "sun")
    assert done.returncode == 2
    assert "python -m study.confirm" in done.stderr
    assert done.stderr.count("\n") == 1
