"""What version 0.1 has left is refused in a sentence that says so, and stays as it was."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cyclopts import App

import reports.__main__
import study.confirm
import study.doctor
import study.predict
import study.search
from reports.publish import Reporter
from study.runs.health import Health, examine
from tests.support.commands import call, small_study

WRITTEN = "'moods' was written by version 0.1 of isoparam, and this is another version"
NAMED = "are of isoparam 0.1, and this is another version: steps is sequence-length now, rungs is"


@pytest.fixture
def old_database(run: Path) -> Path:
    """A run whose database has no format number, as those of version 0.1."""
    with closing(sqlite3.connect(run / "study.db")) as database, database:
        changed = database.execute("DELETE FROM study_user_attributes WHERE key = 'format'")
        assert changed.rowcount == 1
    return run


@pytest.fixture
def old_settings(old_database: Path) -> Path:
    """And whose settings have that version's names."""
    path = old_database / "settings.toml"
    text = path.read_text().replace("sequence-length", "steps").replace("budgets", "rungs")
    path.write_text(text)
    return old_database


def test_a_database_of_a_later_version(run: Path, texts: Path) -> None:
    with closing(sqlite3.connect(run / "study.db")) as database, database:
        database.execute("UPDATE study_user_attributes SET value_json = '4' WHERE key = 'format'")
    done = call(study.search.app, *small_study(texts), "--output-dir", str(run.parent))
    assert done.returncode == 2, done.stderr
    assert "was written by a later version of isoparam" in done.stderr


def of_run(app: App) -> Callable[[Path, Path], tuple[App, list[str]]]:
    return lambda run, texts: (app, [str(run)])


def same_flags(run: Path, texts: Path) -> tuple[App, list[str]]:
    return study.search.app, [*small_study(texts), "--output-dir", str(run.parent)]


def saved_settings(run: Path, texts: Path) -> tuple[App, list[str]]:
    config = ["--config", str(run / "settings.toml"), "--output-dir", str(run.parent)]
    return study.search.app, config


COMMANDS = {
    "reports": of_run(reports.__main__.app),
    "confirm": of_run(study.confirm.app),
    "the same command": same_flags,
    "its settings": saved_settings,
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_of_version_01(command: str, old_database: Path, texts: Path) -> None:
    before = (old_database / "study.db").read_bytes()
    app, arguments = COMMANDS[command](old_database, texts)
    done = call(app, *arguments)
    assert done.returncode == 2, done.stderr
    assert WRITTEN in done.stderr
    assert "Choose another --study-name" in done.stderr
    assert done.stderr.count("\n") == 1
    assert (old_database / "study.db").read_bytes() == before


@pytest.mark.parametrize("command", ["reports", "confirm", "its settings"])
def test_settings_of_version_01(command: str, old_settings: Path, texts: Path) -> None:
    app, arguments = COMMANDS[command](old_settings, texts)
    done = call(app, *arguments)
    assert done.returncode == 2, done.stderr
    assert NAMED in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_space_of_version_01(tmp_path: Path) -> None:
    settings = tmp_path / "mine.toml"
    settings.write_text('space = "card"')
    done = call(study.search.app, "--config", str(settings))
    assert done.returncode == 2
    assert "the space card is basic now" in done.stderr


def test_doctor_finds_it(old_database: Path) -> None:
    broken = [one for one in examine(old_database, None, Reporter()) if one.health is Health.BROKEN]
    assert len(broken) == 1
    assert WRITTEN in broken[0].detail


def test_doctor_finds_the_settings(old_settings: Path) -> None:
    done = call(study.doctor.app, str(old_settings))
    assert done.returncode == 1
    assert "of isoparam 0.1" in " ".join(done.stdout.split())


def test_models_of_version_01_still_answer(run: Path) -> None:
    for card in (run / "models").glob("*.json"):
        card.write_text(card.read_text().replace("sequence_length", "steps"))
    done = call(study.predict.app, str(run), "sun")
    assert done.returncode == 0, done.stderr


def test_a_damaged_vocabulary_is_one_sentence(run: Path) -> None:
    (run / "models" / "vocabulary.json").write_text('{"level": "word"}')
    done = call(study.predict.app, str(run), "sun")
    assert done.returncode == 2, done.stderr
    assert "of another version of isoparam" in done.stderr
