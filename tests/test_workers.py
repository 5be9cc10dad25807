"""The loop that feeds training processes: real processes, stub jobs."""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from study import attributes as names
from study.queue import Queue
from study.record import Status, status_of
from study.storage import FileStore
from study.workers import Crew, Shift, TrainingBugError
from tests.stubs import Silent, StubWork, plan, stub_study


def queue_of(folder: Path, count: int, owner: str = "me") -> Queue:
    store = FileStore(folder / "study.db")
    queue = Queue(stub_study(store), store, owner)
    queue.plan(plan(count))
    return queue


def crew(folder: Path, jobs: int = 2, trial_timeout: float | None = None) -> Crew:
    return Crew(jobs=jobs, cores=2, log=folder / "log", trial_timeout=trial_timeout)


def reasons(queue: Queue) -> list[str]:
    return [trial.user_attrs.get(names.REASON, "") for trial in queue.study.trials]


def test_every_trial_runs_once(tmp_path: Path) -> None:
    queue, work = queue_of(tmp_path, 20), StubWork(tmp_path / "ledger")
    watcher = Silent()
    assert Shift(queue, work, crew(tmp_path, jobs=3), watcher).run()
    assert sorted(work.runs()) == list(range(20))
    assert [trial.value for trial in queue.study.trials] == [slot / 1000 for slot in range(20)]
    assert watcher.progress.done


def test_grief_takes_a_trial_not_the_study(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, 6)
    acts = {0: "refuse", 1: "die", 2: "die once", 3: "memory", 4: "hang"}
    work = StubWork(tmp_path / "ledger", acts)
    assert Shift(queue, work, crew(tmp_path, trial_timeout=3.0), Silent()).run()
    assert Counter(work.runs()) == {0: 1, 1: 3, 2: 2, 3: 1, 4: 3, 5: 1}
    failed = {
        trial.user_attrs[names.SLOT]: trial.user_attrs[names.REASON]
        for trial in queue.study.trials
        if status_of(trial) is Status.FAILED
    }
    assert failed == {
        0: "the loss became NaN",
        1: "its training process died (SIGKILL); given up after 3 tries",
        3: "out of memory",
        4: "no result after 3 s; given up after 3 tries",
    }


def test_a_bug_shows_its_traceback_and_puts_the_others_back(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, 4)
    work = StubWork(tmp_path / "ledger", {0: "hang", 1: "bug"})
    with pytest.raises(TrainingBugError, match="ZeroDivisionError: a bug"):
        Shift(queue, work, crew(tmp_path), Silent()).run()
    assert reasons(queue)[:2] == ["interrupted", "ZeroDivisionError: a bug"]
    assert queue.progress().waiting == 3


def test_stopping_puts_back_what_is_in_flight(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, 4)
    work = StubWork(tmp_path / "ledger", dict.fromkeys(range(4), "hang"))
    ledger = tmp_path / "ledger"
    ledger.touch()
    shift = Shift(
        queue, work, crew(tmp_path), Silent(), stopping=lambda: len(ledger.read_text().split()) >= 2
    )
    assert not shift.run()
    assert [status_of(trial) for trial in queue.study.trials].count(Status.PUT_BACK) == 2
    assert queue.progress().waiting == 4
    work.acts.clear()
    assert Shift(queue, work, crew(tmp_path), Silent()).run()
    assert queue.progress().finished == queue.progress().planned == 4


def test_the_clock_ends_asking(tmp_path: Path) -> None:
    queue, work = queue_of(tmp_path, 3), StubWork(tmp_path / "ledger")
    assert not Shift(queue, work, crew(tmp_path), Silent(), until=time.monotonic()).run()
    assert queue.progress().finished == 0


def test_eight_workers_never_share_a_trial(tmp_path: Path) -> None:
    queue, work = queue_of(tmp_path, 300), StubWork(tmp_path / "ledger")
    program = (
        "import sys; from pathlib import Path; from tests.test_workers import *;"
        "folder = Path(sys.argv[1]); store = FileStore(folder / 'study.db')\n"
        "if __name__ == '__main__':\n"
        " with store.lease() as owner:\n"
        "  Shift(queue_of(folder, 300, owner), StubWork(folder / 'ledger'),"
        " crew(folder, jobs=2), Silent()).run()\n"
    )
    (tmp_path / "program.py").write_text(program)
    root = Path(__file__).parents[1]
    workers = [
        subprocess.Popen(
            [sys.executable, str(tmp_path / "program.py"), str(tmp_path)],
            env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        )
        for _ in range(4)
    ]
    assert [worker.wait(timeout=120) for worker in workers] == [0] * 4
    assert sorted(work.runs()) == list(range(300))
    assert queue.progress().finished == 300
