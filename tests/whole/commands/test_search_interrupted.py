"""A search that is interrupted, runs out of time, or loses its reader."""

import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from study.runs.archive import read
from study.trials.record import Status
from tests.support.commands import ROOT, search, small_study
from tests.whole.commands.test_search import results


@pytest.mark.slow
def test_interrupted_and_resumed_three_times(texts: Path, tmp_path: Path) -> None:
    moment = random.Random(0)
    for jobs in (2, 1, 1):
        settings = small_study(texts, n_trials=8, n_jobs=jobs)
        flags = [*settings, "--no-confirm", "--output-dir", str(tmp_path)]
        process = subprocess.Popen(
            [sys.executable, "-m", "study.search", *flags],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        process.stdout.readline()  # at least one trial is done, and then any moment
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment.uniform(0, 1))
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 130, errors
        assert "python -m study.search --config" in output
        assert (tmp_path / "moods" / "report.html").exists()
        assert not [t for t in read(tmp_path / "moods").trials if t.status is Status.RUNNING]
    done = search(*flags)
    assert done.returncode == 0, done.stderr
    record = read(tmp_path / "moods")
    slots = [trial.slot for trial in record.trials if trial.finished]
    assert len(slots) == len(set(slots)) == 16
    assert {trial.slot for trial in record.trials} == set(slots)


@pytest.mark.slow
def test_when_the_time_is_up_each_search_is_closed_before_it_is_confirmed(
    texts: Path, tmp_path: Path
) -> None:
    flags = [*small_study(texts, n_trials=200, budgets=1), "--output-dir", str(tmp_path)]
    done = search(*flags, "--timeout", "12")
    assert done.returncode == 0, done.stderr
    record = read(tmp_path / "moods")
    assert all(trial.finished for trial in record.trials)
    for number in (1, 2):
        reasons = [trial.reason for trial in record.trials if trial.search == number]
        assert 0 < reasons.count("not begun: the time was up") < len(reasons) == 200
    assert [search.number for search in record.searches] == [1, 2]
    before = results(tmp_path / "moods")
    assert search(*flags).returncode == 0
    assert results(tmp_path / "moods") == before


def test_a_reader_that_leaves_stops_nothing(texts: Path, tmp_path: Path) -> None:
    flags = [*small_study(texts, searches=1), "--no-confirm", "--output-dir", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-m", "study.search", *flags],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, b"")
    assert sum(trial.finished for trial in read(tmp_path / "moods").trials) == 4
