"""A worker with stub jobs, that may be told to kill itself at a certain point."""

import os
import random
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import optuna

from study.errors import UserError
from study.processes.interruption import Interruption
from study.processes.limits import ProcessLimits
from study.storage.opening import open_store
from study.storage.server import ServerStore
from study.storage.store import Store
from study.storage.trial_storage import TrialStorage
from study.terminal.command import fail
from study.trials import attributes as attrs
from study.trials.queue import Queue
from tests.support.simulated.stubs import StubWork, run_loop, stub_study

GRACE = 2.0  # seconds, on PostgreSQL


class Point(StrEnum):
    """Where a worker may die."""

    SIGNING = "between ask and owner tag"
    BEFORE_TELL = "before tell"
    IN_TELL = "inside tell"
    AFTER_TELL = "after tell"
    REAPING = "inside the reaper"


@dataclass(frozen=True)
class Orders:
    """How a worker works.

    Attributes:
        storage: Database URL, or None for SQLite in the folder.
        seconds: That a job takes.
        dies: Where it kills itself, each at its chance.
        largest_file: Bytes to which a file can grow, as on a full disk.
    """

    folder: Path
    storage: str | None = None
    jobs: int = 1
    seconds: float = 0.05
    dies: dict[Point, float] = field(default_factory=dict)
    acts: dict[int, str] = field(default_factory=dict)
    trial_timeout: float | None = None
    largest_file: int | None = None

    def store(self) -> Store:
        """The study's store, with little patience for lost leases."""
        store = open_store(self.storage, self.folder / "study.db")
        if isinstance(store, ServerStore):
            store.grace = GRACE
        return store


def work(orders: Orders, start: Barrier | None = None) -> None:
    """The body of a worker process."""
    with (orders.folder / f"errors-{os.getpid()}").open("w", buffering=1) as errors:
        os.dup2(errors.fileno(), 2)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for point, chance in orders.dies.items():
        _arm(point, chance)
    if start:
        start.wait()
    if orders.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (orders.largest_file, resource.RLIM_INFINITY))
    try:
        sys.exit(_work(orders))
    except UserError as error:
        fail(str(error))


def _work(orders: Orders) -> int:
    store, interruption = orders.store(), Interruption()
    with store.lease() as owner, interruption.open():
        run_loop(
            Queue(stub_study(store), store, owner),
            StubWork(orders.folder / "ledger", orders.acts, orders.seconds),
            ProcessLimits(orders.jobs, 2, orders.folder / "log", orders.trial_timeout),
            stopping=interruption,
        )
    return interruption.status if interruption() else 0


def _arm(point: Point, chance: float) -> None:
    """Patch this process so that it dies at the point."""

    def perhaps() -> None:
        if random.random() < chance:
            os.kill(os.getpid(), signal.SIGKILL)

    match point:
        case Point.SIGNING:
            _before(TrialStorage, "set_trial_user_attr", perhaps, lambda _, key, __: key == "owner")
        case Point.BEFORE_TELL:
            _before(Queue, "finish", perhaps)
        case Point.IN_TELL:
            _before(optuna.Study, "tell", perhaps)
        case Point.AFTER_TELL:
            _after(Queue, "finish", perhaps)
        case Point.REAPING:  # its retry is enqueued, it is not yet failed
            _before(Queue, "_finish", perhaps, lambda *given: attrs.WORKER_LOST in given[3])


def _before(
    owner: type, name: str, act: Callable[[], None], when: Callable[..., bool] = lambda *_: True
) -> None:
    original = getattr(owner, name)

    def patched(self: object, *arguments: Any, **named: Any) -> Any:
        if when(*arguments):
            act()
        return original(self, *arguments, **named)

    setattr(owner, name, patched)


def _after(owner: type, name: str, act: Callable[[], None]) -> None:
    original = getattr(owner, name)

    def patched(self: object, *arguments: Any, **named: Any) -> Any:
        result = original(self, *arguments, **named)
        act()
        return result

    setattr(owner, name, patched)
