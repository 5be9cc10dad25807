"""Training processes: started, fed, watched, replaced and ended; what happens is told as events."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from multiprocessing.connection import wait
from typing import Generic, NamedTuple, TypeVar

from study.errors import UserError
from study.processes.limits import ProcessLimits, TrainingBugError
from study.processes.training_process import (
    Blocked,
    Crashed,
    Died,
    Finished,
    Job,
    LookTaken,
    Message,
    Refused,
    TrainingProcess,
)

_TICK = 0.5  # seconds between looks at deadlines, and at signals by those who listen

Event = LookTaken | Finished | Refused | Crashed | Died
Name = TypeVar("Name")  # under which a job was submitted; hashable


class _Assignment(NamedTuple):
    """A process at work on a job."""

    process: TrainingProcess
    deadline: float  # monotonic time


class Pool(Generic[Name]):
    """Training processes, no more than the limits allow, each with one job at a time."""

    def __init__(self, limits: ProcessLimits) -> None:
        self._limits = limits
        self._idle: list[TrainingProcess] = []
        self._busy: dict[Name, _Assignment] = {}

    @property
    def busy(self) -> bool:
        """Whether any job is at work."""
        return bool(self._busy)

    @property
    def free(self) -> bool:
        """Whether another job can be submitted."""
        return len(self._busy) < self._limits.jobs

    def submit(self, name: Name, job: Job) -> None:
        """Hand a job to a process, which is started where none is idle."""
        process = self._ready()
        timeout = self._limits.trial_timeout
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        self._busy[name] = _Assignment(process, deadline)
        with suppress(OSError):  # it died; what is received next says so
            process.send(job)

    def events(self) -> Iterator[tuple[Name, Event]]:
        """What has happened to the jobs, after a moment's wait for something to happen.

        `LookTaken` waits to be answered. Any other event ends its job; the process of a job
        that is over its time is killed, and counts as having died.

        Raises:
            UserError: The machine prevents a job, as a full disk does.
        """
        ready = wait([process.connection for process, _ in self._busy.values()], _TICK)
        for name, (process, deadline) in list(self._busy.items()):
            if process.connection in ready:
                message: Message = process.receive()
            elif time.monotonic() > deadline:
                message = Died(f"no result after {self._limits.trial_timeout:g} s")
            else:
                continue
            if isinstance(message, Blocked):
                raise UserError(
                    f"A training process could not go on ({message.reason}). Correct this, and "
                    "give the same command again; what is finished is kept."
                )
            if not isinstance(message, LookTaken):
                del self._busy[name]
                if isinstance(message, Died):
                    process.kill()
                else:
                    self._idle.append(process)
            yield name, message

    def answer(self, name: Name, proceed: bool) -> None:
        """Let a job go on after a look, or stop it."""
        with suppress(OSError):
            self._busy[name].process.answer(proceed)

    def end_jobs(self) -> None:
        """End the processes that are at work, whatever they are doing."""
        for process, _ in self._busy.values():
            process.kill()
        self._busy.clear()

    def close(self) -> None:
        """End every process, whatever it is doing."""
        self.end_jobs()
        for process in self._idle:
            process.kill()
        self._idle.clear()

    def _ready(self) -> TrainingProcess:
        if self._idle:
            process = self._idle.pop()
            if not process.worn_out:
                return process
            process.kill()
        return TrainingProcess(self._limits.threads, self._limits.log)


def work_off(
    jobs: Mapping[str, Job], limits: ProcessLimits, stopping: Callable[[], bool]
) -> Iterator[tuple[str, LookTaken | Finished | Refused]]:
    """Do the jobs, first come first served, and tell of each what happens as it happens.

    Args:
        jobs: By name.
        stopping: Asked often; once true, nothing more is done and nothing more told.

    Raises:
        UserError: The machine prevented a job, as a full disk does.
        TrainingBugError: A job failed by a bug.
    """
    with closing(Pool[str](limits)) as pool:
        yield from run_jobs(jobs, pool, stopping)


def run_jobs(
    jobs: Mapping[str, Job], pool: Pool[str], stopping: Callable[[], bool]
) -> Iterator[tuple[str, LookTaken | Finished | Refused]]:
    """The same in a pool that stays open."""
    waiting = deque(jobs.items())
    while (waiting or pool.busy) and not stopping():
        while waiting and pool.free:
            pool.submit(*waiting.popleft())
        for name, event in pool.events():
            if isinstance(event, LookTaken):
                pool.answer(name, proceed=True)
            yield name, _told(event)


def _told(event: Event) -> LookTaken | Finished | Refused:
    match event:
        case Crashed(trace):
            raise TrainingBugError(trace)
        case Died(reason):
            return Refused(reason)
        case _:
            return event
