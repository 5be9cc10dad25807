"""`python -m study.doctor`: what it notices, what it repairs."""

import shlex
import shutil
from pathlib import Path

import optuna
import pytest

from reports.publish import Reporter
from study.phases.search import search_slots
from study.runs.archive import open_archive
from study.runs.health import Finding, Health, examine
from study.trials.queue import Queue
from study.trials.reading import status_of
from tests.support.commands import run_module


def found(run: Path, check: str) -> Finding:
    return next(finding for finding in examine(run, None, Reporter()) if finding.check == check)


def go_on(run: Path) -> None:
    """The study's command again, as the doctor names it."""
    remedy = open_archive(run).resume()
    done = run_module("study.search", *shlex.split(remedy)[3:], "--output-dir", str(run.parent))
    assert done.returncode == 0, done.stderr


def study(run: Path) -> optuna.Study:
    return open_archive(run).search()


def test_a_finished_study_is_well(finished: Path) -> None:
    done = run_module("study.doctor", str(finished))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 trials, each once" in done.stdout
    assert "to repair" not in done.stdout


def test_what_was_left_behind_is_removed_and_the_rest_is_named(run: Path) -> None:
    archive = open_archive(run)
    unowned = archive.search()
    Queue(unowned, archive.store, "me").enqueue(search_slots(archive.plan, 3))
    unowned.ask()  # as a worker does that dies before it signs
    (run / "study.db.leases").mkdir(exist_ok=True)
    (run / "study.db.leases" / "host-1-dead").touch()
    (run / ".report-0123456789abcdef.html").touch()
    (run / "summary.json").write_text("{")
    ill = run_module("study.doctor", str(run))
    assert ill.returncode == 1, ill.stderr
    assert ill.stdout.count("to repair") == 4
    for remedy in (open_archive(run).resume(), f"doctor {run} --repair", f"reports {run}"):
        assert ill.stdout.count(f"{remedy}\n") == 1
    before = study(run).trials
    better = run_module("study.doctor", str(run), "--repair")
    assert better.returncode == 1, better.stderr
    assert better.stdout.count("to repair") == 1
    assert "1 of dead workers, to requeue" in better.stdout
    assert not (run / ".report-0123456789abcdef.html").exists()
    assert not (run / "study.db.leases" / "host-1-dead").exists()
    assert study(run).trials == before
    go_on(run)
    well = run_module("study.doctor", str(run))
    assert well.returncode == 0, well.stdout + well.stderr
    assert "REQUEUED" in [status_of(trial).name for trial in study(run).trials]


def test_missing_trials_are_planned_by_the_next_run(run: Path) -> None:
    archive = open_archive(run)  # as if it had been ended while it planned another search
    queue = Queue(archive.search(), archive.store, "me")
    queue.enqueue(search_slots(archive.plan, 3)[:-1])
    finding = found(run, "search: plan")
    assert (finding.health, finding.detail[:7]) == (Health.REPAIRABLE, "1 of 12")
    assert finding.remedy == open_archive(run).resume()
    assert finding.repaired() is finding


def test_a_planned_trial_that_exists_twice_is_told(run: Path) -> None:
    study(run).enqueue_trial({}, user_attrs=study(run).trials[0].user_attrs)
    assert found(run, "search: plan").health is Health.BROKEN


def test_missing_artifacts_are_told(run: Path) -> None:
    shutil.rmtree(run / "artifacts")
    finding = found(run, "artifacts")
    assert finding.health is Health.BROKEN
    assert finding.repair is None


def test_other_settings_than_at_the_start_are_told(run: Path) -> None:
    settings = (run / "settings.toml").read_text()
    (run / "settings.toml").write_text(settings.replace("margin = 0.5", "margin = 0.7"))
    finding = found(run, "settings and data")
    assert finding.health is Health.BROKEN
    assert "margin was 0.5, now 0.7" in finding.detail


def test_a_damaged_database_is_told_and_left(run: Path) -> None:
    (run / "study.db").write_bytes(b"garbage")
    done = run_module("study.doctor", str(run), "--repair")
    assert done.returncode == 1
    assert "broken" in done.stdout
    assert (run / "study.db").read_bytes() == b"garbage"


def test_a_missing_database_is_told_and_not_made(run: Path) -> None:
    (run / "study.db").unlink()
    assert found(run, "database").health is Health.BROKEN
    assert not (run / "study.db").exists()


@pytest.mark.parametrize("left", ["report.html", "summary.json"])
def test_a_missing_report_is_noticed(run: Path, left: str) -> None:
    (run / left).unlink()
    assert found(run, "report").health is Health.REPAIRABLE


def test_a_report_that_cannot_be_written_again_says_why(run: Path) -> None:
    (run / "report.html").unlink()
    shutil.rmtree(run / "charts")
    (run / "charts").touch()
    done = run_module("study.doctor", str(run), "--repair")
    assert done.returncode == 1, done.stderr
    assert "File exists" in done.stdout
    (run / "charts").unlink()
    assert found(run, "report").repaired().health is Health.OK
    (run / "report.html").unlink()
    (run / "study.db").write_bytes(b"garbage")
    assert found(run, "report").health is Health.BROKEN


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    done = run_module("study.doctor", str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
