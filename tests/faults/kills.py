"""Faults of processes."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from optuna.trial import TrialState

from study.storage.sqlite import FileStore
from study.storage.store import BUSY_SECONDS, Store
from study.trials.queue import Queue
from tests.faults.gang import Gang, children, gang, stop_all
from tests.faults.outcome import Outcome, completed, judged
from tests.faults.worker import Orders, Point
from tests.support.simulated.stubs import stub_slots, stub_study


def workers_killed(folder: Path, storage: str | None, kills: int, trials: int) -> Outcome:
    """SIGKILL at random moments, four workers."""
    with gang(Orders(folder, storage), trials) as workers:
        workers.kill_at_random(4, kills)
        workers.complete(4)
        return workers.outcome(len(workers.killed))


def failpoint(folder: Path, point: Point, trials: int) -> Outcome:
    """Workers that kill themselves at a point: the first surely, then three times out of ten."""
    with gang(Orders(folder, seconds=0.0), trials) as workers:
        losses = 0
        if point is Point.REAPING:  # somebody has to die first
            losses += _sure_death(workers, Point.BEFORE_TELL)
        losses += _sure_death(workers, point)
        dies = {point: 0.3, **({Point.BEFORE_TELL: 0.3} if point is Point.REAPING else {})}
        workers.orders = Orders(folder, seconds=0.0, dies=dies)
        losses += workers.complete(3)
        return workers.outcome(losses)


def _sure_death(workers: Gang, point: Point) -> int:
    workers.orders = Orders(workers.orders.folder, seconds=0.0, dies={point: 1.0})
    workers.start(1)
    workers.until(lambda: not workers.workers)
    return 1


def all_killed(folder: Path, trials: int) -> Outcome:
    """Every process at once; then the same again."""
    with gang(Orders(folder, jobs=2), trials) as workers:
        workers.start(3)
        workers.until(lambda: workers.progress().finished >= trials // 3)
        everyone = [worker.pid for worker in workers.workers if worker.pid]
        training = [child for process in everyone for child in children(process)]
        stop_all(everyone, signal.SIGSTOP)  # so that they die at one moment
        before = completed(workers.study)
        for worker in workers.workers:
            workers.kill(worker)
        stop_all(training, signal.SIGKILL)
        workers.until(lambda: not workers.workers)
        workers.complete(3)
        after = completed(workers.study)
        assert {number: after[number] for number in before} == before
        return workers.outcome(len(everyone) + len(training))


def stopped(folder: Path, storage: str | None, seconds: float) -> Outcome:
    """SIGSTOP of a worker and its training process, then SIGCONT, while another works."""
    with gang(Orders(folder, storage, seconds=0.5), 8) as workers:
        workers.start(1)
        workers.until(lambda: workers.started() == 1)
        (first,) = workers.workers
        assert first.pid
        processes = [first.pid, *children(first.pid)]
        with _between_transactions(workers.orders.store()):
            stop_all(processes, signal.SIGSTOP)
        workers.start(1)
        workers.until(lambda: workers.progress().finished == 7)
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            workers.pause(begun + seconds - time.monotonic())
        assert workers.progress().finished == 7
        stop_all(processes, signal.SIGCONT)
        workers.complete(2)
        assert workers.started() == 8  # nothing was run again
        return workers.outcome(1)


@contextmanager
def _between_transactions(store: Store) -> Iterator[None]:
    """While no process holds a lock: one that is stopped with it makes all others wait."""
    if not isinstance(store, FileStore):  # a server ends such a transaction
        yield
        return
    with (
        store.locked(),
        closing(sqlite3.connect(store.path, BUSY_SECONDS, isolation_level=None)) as connection,
    ):
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def late_tell(folder: Path, times: int) -> Outcome:
    """A worker that was thought dead tells its result."""
    orders = Orders(folder)
    store = orders.store()
    study = stub_study(store)
    Queue(study, store, "planner").enqueue(stub_slots(2 * times))
    reaper = Queue(study, store, "me")
    for _ in range(times):
        stopped_worker = Queue(study, store, "a lease that nobody holds")
        trial = stopped_worker.ask()
        assert trial
        reaper._exclusively(reaper._reap)
        assert not stopped_worker.finish(trial, TrialState.COMPLETE, 0.9)
    while retry := reaper.ask():
        assert reaper.finish(retry, TrialState.COMPLETE, 0.5)
    assert set(map(tuple, filter(None, completed(study).values()))) == {(0.5,)}
    return judged(study, 2 * times, injected=times)


def starts_at_once(folder: Path, storage: str | None, workers: int, trials: int) -> Outcome:
    """Workers that all start at one moment, on many waiting trials; none is run twice."""
    with gang(Orders(folder, storage, seconds=0.0), trials) as crowd:
        crowd.start_at_once(workers)
        crowd.complete(workers)
        assert crowd.started() == trials
        return crowd.outcome(workers)


def first_starts_at_once(folder: Path, workers: int) -> Outcome:
    """Workers that all want to create the database and the study."""
    with gang(Orders(folder / "planned"), 1) as planned:
        orders = Orders(folder / "new")
        orders.folder.mkdir()
        planned.orders = orders
        planned.start_at_once(workers)
        planned.until(lambda: not planned.workers)
        assert not planned.errors(), planned.errors()
        storage = orders.store().optuna()
        names = [study.study_name for study in storage.get_all_studies()]
        return Outcome(injected=workers, trials=0, duplicated=len(names) - 1)


def training_process_killed(folder: Path) -> Outcome:
    """Jobs that allocate too much, are killed, hang, exit; the worker lives."""
    acts = {0: "die", 1: "die once", 2: "memory", 3: "hang", 4: "exit", 5: "refuse"}
    with gang(Orders(folder, acts=acts, jobs=2, trial_timeout=3.0), 8) as workers:
        workers.start(1)
        workers.until(lambda: workers.progress().done and not workers.workers)
        ledger = (folder / "ledger").read_text().split()
        tries = [ledger.count(str(slot)) for slot in range(8)]
        assert tries == [3, 2, 1, 3, 3, 1, 1, 1]
        return workers.outcome(len(acts))


def signalled(folder: Path, number: signal.Signals, status: int) -> Outcome:
    """On a signal the trials are requeued; the worker exits as shells expect."""
    with gang(Orders(folder, jobs=2, acts={0: "hang", 1: "hang"}), 4) as workers:
        workers.start(1)
        (worker,) = workers.workers
        workers.until(lambda: workers.started() >= 2)
        workers.kill(worker, number)
        worker.join(30)
        assert worker.exitcode == status
        assert workers.progress().waiting == 4
        workers.orders = Orders(folder)
        workers.complete(1)
        return workers.outcome(1)
