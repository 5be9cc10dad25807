"""What of a study's searches stays as it was planned: simulated trainings."""

from pathlib import Path

import pytest

from search_spaces.cells import Cell
from study.errors import UserError
from study.phases.search import search_slots
from study.pipeline import confirm_what_is_searched
from study.question.flag_values import Searches
from study.question.settings import Settings
from study.runs.health import Health, examine
from study.trials import attributes as attrs
from study.trials.queue import NOT_BEGUN, Queue
from tests.support.simulated.stubs import SilentReporter
from tests.support.simulated.studies import run, settings, study_of

pytestmark = pytest.mark.usefixtures("simulated")
ONE = Searches(1, 1)


def contents(folder: Path) -> dict[Path, bytes]:
    """Of every file but the log, which says what was refused."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "search.log")
    return {path: path.read_bytes() for path in files}


def refused(asked: Settings, sentence: str) -> None:
    """A command that is refused changes nothing."""
    folder = study_of(asked).folder.path
    before = contents(folder)
    with pytest.raises(UserError, match=sentence):
        run(asked)
    assert contents(folder) == before


@pytest.mark.parametrize("n_trials", [4, 12])
def test_searches_of_another_length_are_refused(n_trials: int, runs: Path, texts: Path) -> None:
    refused(
        settings(texts, runs, n_trials=n_trials),
        f"Search 1 of 'moods' was planned with 8 trials, and has ended; .* none of {n_trials} can",
    )
    before = study_of(settings(texts, runs)).record()
    for finding in examine(runs / "moods", None, SilentReporter()):
        finding.repaired()
        assert finding.check == "report" or not finding.fault, finding
    after = run(settings(texts, runs), phases=confirm_what_is_searched).record()
    assert after.trials == before.trials
    assert after.confirmations == before.confirmations


def test_the_doctor_plans_no_longer_search_either(runs: Path, texts: Path) -> None:
    path = runs / "moods" / "settings.toml"
    path.write_text(path.read_text().replace("n-trials = 8", "n-trials = 12"))
    findings = examine(runs / "moods", None, SilentReporter())
    finding = next(one for one in findings if one.check == "settings and data")
    assert finding.health is Health.BROKEN
    assert "was planned with 8 trials, and has ended" in finding.detail
    assert finding.repaired() is finding


def test_a_begun_search_becomes_no_shorter(texts: Path, tmp_path: Path) -> None:
    run(settings(texts, tmp_path, confirm=False))
    shorter = settings(texts, tmp_path, confirm=False, n_trials=4)
    refused(shorter, "has begun; .* Give --n-trials 8 or more")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"budgets": 1}, "--budgets was 2, now 1"),
        ({"replicates": 2}, "--replicates was 1, now 2"),
        ({"cells": (Cell.GRU, Cell.LSTM)}, "--cells was lstm gru, now gru lstm"),
        ({"margin": 1.0}, "--margin was 0.5, now 1.0"),
        ({"max_params": 901}, "--max-params was 900, now 901"),
        ({"epochs": 3}, "--epochs was 2, now 3"),
        ({"patience": 9.0}, "--patience was 1, now 9"),
        ({"pruning": False}, "--pruning was True, now False"),
        ({"seed": 5}, "--seed was 0, now 5"),
    ],
)
def test_what_makes_the_study_is_refused_by_name(
    changes: dict[str, object], sentence: str, runs: Path, texts: Path
) -> None:
    refused(settings(texts, runs, **changes), sentence)


def test_no_trial_of_a_search_begins_after_its_confirmation(texts: Path, tmp_path: Path) -> None:
    archive = run(settings(texts, tmp_path, searches=ONE))
    # What another machine does that comes late: a longer plan, and a trial that was interrupted.
    late = Queue(archive.search(), archive.store, "late")
    late.enqueue(search_slots(study_of(settings(texts, tmp_path, n_trials=12)).plan, 1))
    first = archive.search().get_trials()[0]
    known = {name: first.user_attrs[name] for name in (attrs.SLOT, attrs.SEARCH, attrs.CELL)}
    late.study.enqueue_trial(first.params, user_attrs={**known, attrs.RETRY_OF: first.number})
    record = run(settings(texts, tmp_path)).record()
    not_begun = [trial for trial in record.trials if trial.reason == NOT_BEGUN]
    assert [(trial.search, trial.number) for trial in not_begun] == [(1, 8)]
    confirmation = archive.confirmation()
    assert confirmation
    for search in (1, 2):
        last = max(
            trial.datetime_start
            for trial in archive.search().get_trials()
            if trial.user_attrs[attrs.SEARCH] == search
            and trial.user_attrs.get(attrs.REASON) != NOT_BEGUN
            and trial.datetime_start
        )
        confirmed = [
            trial.datetime_start
            for trial in confirmation.get_trials()
            if trial.user_attrs[attrs.SEARCH] == search and trial.datetime_start
        ]
        assert last < min(confirmed)
