"""The loop that feeds training processes: real processes, stub jobs."""

import multiprocessing
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import optuna
import pytest

from study.errors import UserError
from study.processes.limits import ProcessLimits, TrainingBugError
from study.processes.pool import Pool
from study.processes.training_process import TrainingProcess
from study.storage.sqlite import FileStore
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.reading import status_of
from study.trials.record import Status
from study.trials.worker_loop import WorkerLoop
from tests.faults.gang import children, gang
from tests.faults.worker import Orders
from tests.support.simulated.stubs import Silent, StubWork, run_loop, stub_slots, stub_study


def queue_of(folder: Path, count: int, owner: str = "me") -> Queue:
    store = FileStore(folder / "study.db")
    queue = Queue(stub_study(store), store, owner)
    queue.enqueue(stub_slots(count))
    return queue


def limits(folder: Path, jobs: int = 2, trial_timeout: float | None = None) -> ProcessLimits:
    return ProcessLimits(jobs=jobs, cores=2, log=folder / "log", trial_timeout=trial_timeout)


def reasons(queue: Queue) -> list[str]:
    return [trial.user_attrs.get(attrs.REASON, "") for trial in queue.study.trials]


def test_every_trial_runs_once(tmp_path: Path) -> None:
    queue, work = queue_of(tmp_path, 20), StubWork(tmp_path / "ledger")
    watcher = Silent()
    assert run_loop(queue, work, limits(tmp_path, jobs=3), watcher)
    assert sorted(work.runs()) == list(range(20))
    assert [trial.value for trial in queue.study.trials] == [slot / 1000 for slot in range(20)]
    assert watcher.progress.done


def test_grief_takes_a_trial_not_the_study(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, 6)
    acts = {0: "refuse", 1: "die", 2: "die once", 3: "memory", 4: "hang"}
    work = StubWork(tmp_path / "ledger", acts)
    assert run_loop(queue, work, limits(tmp_path, trial_timeout=3.0))
    assert Counter(work.runs()) == {0: 1, 1: 3, 2: 2, 3: 1, 4: 3, 5: 1}
    failed = {
        trial.user_attrs[attrs.SLOT]: trial.user_attrs[attrs.REASON]
        for trial in queue.study.trials
        if status_of(trial) is Status.FAILED
    }
    assert failed == {
        0: "the loss became NaN",
        1: "its training process died (SIGKILL); given up after 3 tries",
        3: "out of memory",
        4: "no result after 3 s; given up after 3 tries",
    }


def test_a_bug_shows_its_traceback_and_requeues_the_others(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, 4)
    work = StubWork(tmp_path / "ledger", {0: "hang", 1: "bug"})
    with pytest.raises(TrainingBugError, match="ZeroDivisionError: a bug"):
        run_loop(queue, work, limits(tmp_path))
    assert reasons(queue)[:2] == ["interrupted", "ZeroDivisionError: a bug"]
    assert queue.progress().waiting == 3


def test_a_full_disk_ends_the_loop_and_requeues_the_trial(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, 2)
    work = StubWork(tmp_path / "ledger", {0: "full"})
    with pytest.raises(UserError, match="No space left on device"):
        run_loop(queue, work, limits(tmp_path, jobs=1))
    assert queue.progress().waiting == 2


def test_a_training_process_is_replaced_before_it_has_grown_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[TrainingProcess] = []

    class Counted(TrainingProcess):
        def __init__(self, threads: int, log: Path) -> None:
            super().__init__(threads, log)
            started.append(self)

    monkeypatch.setattr("study.processes.pool.TrainingProcess", Counted)
    queue, work = queue_of(tmp_path, 4), StubWork(tmp_path / "ledger", {0: "grow"})
    monkeypatch.setattr("study.processes.training_process._MOST_GROWTH", 2**27)
    assert run_loop(queue, work, limits(tmp_path, jobs=1))
    assert len(started) == 1  # the first job's memory is what it needs
    queue.enqueue(stub_slots(8))
    work.acts = {5: "grow"}
    started.clear()
    assert run_loop(queue, work, limits(tmp_path, jobs=1))
    assert len(started) == 2
    monkeypatch.setattr("study.processes.training_process._MOST_JOBS", 2)
    queue.enqueue(stub_slots(12))
    work.acts = {}
    started.clear()
    assert run_loop(queue, work, limits(tmp_path, jobs=1))
    assert len(started) == 2


def test_a_process_serves_one_loop_after_another_until_its_job_is_broken_off(
    tmp_path: Path,
) -> None:
    def trained_by(count: int, act: str, **options: Any) -> set[int | None]:
        queue, work = queue_of(tmp_path, count), StubWork(tmp_path / "ledger", {2: act})
        WorkerLoop(queue, work, pool, Silent(), **options).run()
        return {process.pid for process in multiprocessing.active_children()}

    def hung() -> bool:
        return "2" in work_done.read_text().split()

    work_done = tmp_path / "ledger"
    with closing(Pool[optuna.Trial](limits(tmp_path, jobs=1))) as pool:
        first = trained_by(1, "value")
        assert trained_by(2, "value") == first
        assert len(first) == 1
        assert trained_by(3, "hang", stopping=hung) == set()
        second = trained_by(4, "value")
        assert len(second) == 1
        assert second != first
    assert not multiprocessing.active_children()


def test_a_training_process_ends_with_its_worker(tmp_path: Path) -> None:
    with gang(Orders(tmp_path, acts={0: "hang"}), 1) as workers:
        workers.start(1)
        workers.until(lambda: workers.started() == 1)
        (worker,) = workers.workers
        assert worker.pid
        training = children(worker.pid)
        workers.kill(worker)
        workers.until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in training))


def test_stopping_requeues_what_is_in_flight(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, 4)
    work = StubWork(tmp_path / "ledger", dict.fromkeys(range(4), "hang"))
    ledger = tmp_path / "ledger"
    ledger.touch()

    def stopping() -> bool:
        return len(ledger.read_text().split()) >= 2

    assert not run_loop(queue, work, limits(tmp_path), stopping=stopping)
    assert [status_of(trial) for trial in queue.study.trials].count(Status.REQUEUED) == 2
    assert queue.progress().waiting == 4
    work.acts.clear()
    assert run_loop(queue, work, limits(tmp_path))
    assert queue.progress().finished == queue.progress().planned == 4


def test_the_clock_ends_asking(tmp_path: Path) -> None:
    queue, work = queue_of(tmp_path, 3), StubWork(tmp_path / "ledger")
    assert not run_loop(queue, work, limits(tmp_path), until=time.monotonic())
    assert queue.progress().finished == 0
