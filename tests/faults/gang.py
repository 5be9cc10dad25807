"""Several worker processes: started, killed and started again until the plan is done."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path

import optuna

from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.slots import Progress
from tests.faults.outcome import Outcome, judged
from tests.faults.worker import Orders, work
from tests.support.simulated.stubs import stub_slots, stub_study

CONTEXT = multiprocessing.get_context("forkserver")  # the workers' imports are done once
CONTEXT.set_forkserver_preload(["tests.faults.worker"])
_LIMIT = 240.0  # seconds, after which a study counts as stuck


class Gang:
    """Workers on one planned study."""

    def __init__(self, orders: Orders, trials: int) -> None:
        self.orders = orders
        self.trials = trials
        self.workers: list[ForkServerProcess] = []
        self.killed: dict[int, float] = {}  # by process number, when
        orders.folder.mkdir(parents=True, exist_ok=True)
        store = orders.store()
        self.engine = store.optuna().engine
        self.study = stub_study(store)
        self._queue = Queue(self.study, store, "gang")
        if trials:
            self._queue.enqueue(stub_slots(trials))

    def start(self, count: int, barrier: Barrier | None = None) -> None:
        for _ in range(count):
            worker = CONTEXT.Process(target=work, args=(self.orders, barrier))
            worker.start()
            self.workers.append(worker)

    def start_at_once(self, count: int) -> None:
        self._barrier = CONTEXT.Barrier(count)  # it is gone with its last reference here
        self.start(count, self._barrier)

    def kill(self, worker: ForkServerProcess, number: signal.Signals = signal.SIGKILL) -> None:
        assert worker.pid
        os.kill(worker.pid, number)
        self.killed[worker.pid] = time.time()

    def progress(self) -> Progress:
        return self._queue.progress()

    def pause(self, seconds: float) -> None:
        """Let some time pass, or a worker end."""
        wait([worker.sentinel for worker in self.workers], timeout=seconds)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that the workers do."""
        start = time.monotonic()
        while not condition():
            assert time.monotonic() < start + _LIMIT, self.errors()
            self.pause(0.1)
            self.collect_dead()

    def collect_dead(self) -> list[ForkServerProcess]:
        """Workers that ended, no longer among the others."""
        dead = [worker for worker in self.workers if not worker.is_alive()]
        for worker in dead:
            worker.join()
            self.workers.remove(worker)
            if worker.exitcode and worker.pid:
                self.killed.setdefault(worker.pid, time.time())
        return dead

    def complete(self, count: int) -> int:
        """Keep so many workers at it until nothing is left to do.

        Returns:
            How many died on the way.
        """
        losses = 0
        start = time.monotonic()
        while not self.progress().done:
            assert time.monotonic() < start + _LIMIT, self.errors()
            losses += len(self.collect_dead())
            self.start(count - len(self.workers))
            self.pause(0.3)
        for worker in self.workers:
            worker.join(_LIMIT)
        return losses + sum(worker.exitcode != 0 for worker in self.collect_dead())

    def kill_at_random(self, count: int, kills: int) -> None:
        """Kill random workers at random moments, while so many are kept at work."""
        for _ in range(kills):
            self.start(count - len(self.workers))
            begun = self.started()
            self.until(lambda begun=begun: self.started() > begun)  # type: ignore[misc]
            self.pause(random.uniform(0, 0.3))
            self.collect_dead()
            if self.workers:
                self.kill(random.choice(self.workers))
            self.pause(0.1)
            self.collect_dead()

    def started(self) -> int:
        """Jobs that were begun so far."""
        ledger = self.orders.folder / "ledger"
        return len(ledger.read_text().split()) if ledger.exists() else 0

    def errors(self) -> str:
        """What workers printed on stderr."""
        return "".join(path.read_text() for path in sorted(self.orders.folder.glob("errors-*")))

    def forget_errors(self) -> None:
        """Of errors that were meant to be."""
        for path in self.orders.folder.glob("errors-*"):
            path.unlink()

    def seconds_to_next_job(self) -> float:
        """How long it takes until the next job is begun."""
        begun, start = self.started(), time.monotonic()
        self.until(lambda: self.started() > begun or self.progress().done)
        return time.monotonic() - start

    def outcome(self, injected: int, recovery: float | None = None) -> Outcome:
        """What became of the study; nobody must have printed an error."""
        assert not self.errors(), self.errors()
        recovery = self._slowest() if recovery is None else recovery
        return judged(self.study, self.trials, injected=injected, recovery=recovery)

    def _slowest(self) -> float | None:
        """The longest time from a worker's death to its trial's being waiting again."""
        seconds = [
            trial.datetime_complete.timestamp() - self.killed[process]
            for trial in self.study.get_trials(deepcopy=False)
            if trial.datetime_complete and attrs.WORKER_LOST in trial.user_attrs
            for process in [_process(trial.user_attrs.get(attrs.OWNER, ""))]
            if process in self.killed
        ]
        return max(seconds, default=None)


def _process(owner: str) -> int:
    """The process number in an owner's name."""
    return int(owner.rsplit("-", 2)[1]) if owner else 0


@contextmanager
def gang(orders: Orders, trials: int) -> Iterator[Gang]:
    """Workers, none of which outlives the block."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    workers = Gang(orders, trials)
    try:
        yield workers
    finally:
        for worker in workers.workers:
            worker.kill()
            worker.join()
        workers.engine.dispose()


def stop_all(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        os.kill(process, number)


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(number) for number in listed.split()]
