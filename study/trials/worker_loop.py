"""The loop that keeps training processes fed from a queue, and tells what they found."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any, Protocol

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from study.errors import UserError
from study.processes.limits import ProcessLimits, TrainingBugError
from study.processes.training_process import (
    Blocked,
    Crashed,
    Died,
    EpochEnded,
    Finished,
    Job,
    Message,
    Refused,
    TrainingProcess,
)
from study.storage.trial_storage import StorageError
from study.training.curve import CurvePoint
from study.trials import attributes as attrs
from study.trials.queue import Progress, Queue

INTERRUPTED = "interrupted"
_TICK = 0.5  # seconds between looks at signals and timeouts
_LOOK = 2.0  # seconds between looks at the storage: other workers' progress, or their death


class Work(Protocol):
    """What the trials of a study do: search or confirm."""

    def job(self, trial: optuna.Trial) -> Job:
        """The job of a trial that was just asked for."""

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        """Note an epoch; False stops the job."""

    def finish(self, queue: Queue, trial: optuna.Trial, result: Any) -> None:
        """Tell a job's result."""


class Watcher(Protocol):
    """Who is told how the work goes."""

    def started(self, trial: optuna.Trial) -> None:
        """A trial was taken."""

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> None:
        """One of its epochs ended."""

    def ended(self, trial: optuna.Trial) -> None:
        """It is finished or requeued."""

    def tick(self, progress: Progress) -> None:
        """Some time has passed."""


@dataclass
class _WorkerSlot:
    """One training process and what it is at work on."""

    process: TrainingProcess
    trial: optuna.Trial | None = None
    deadline: float | None = None


@dataclass
class WorkerLoop:
    """One run of the loop.

    Attributes:
        until: Monotonic time after which nothing new is asked for.
        stopping: Asked often; once true, trials in flight are requeued.
    """

    queue: Queue
    work: Work
    limits: ProcessLimits
    watcher: Watcher
    until: float | None = None
    stopping: Callable[[], bool] = lambda: False
    _workers: list[_WorkerSlot] = field(default_factory=list, init=False)
    _next_look: float = field(default=0.0, init=False)  # monotonic time

    def run(self) -> bool:
        """Work until the plan is done, by whomever.

        Returns:
            Whether it is done.

        Raises:
            TrainingBugError: A job failed by a bug; the other trials were requeued.
            UserError: The machine or the storage failed; the trials were requeued if possible.
        """
        try:
            while not self.stopping():
                if time.monotonic() >= self._next_look:
                    self._assign()
                    self._next_look = time.monotonic() + _LOOK
                    progress = self.queue.progress()
                    self.watcher.tick(progress)
                    if not self._busy and (progress.done or self._closed):
                        return progress.done
                self._listen()
            return False
        finally:
            self._leave()

    @property
    def _busy(self) -> list[_WorkerSlot]:
        return [worker for worker in self._workers if worker.trial]

    @property
    def _closed(self) -> bool:
        return self.until is not None and time.monotonic() >= self.until

    def _assign(self) -> None:
        """Give every idle process a trial, as long as there are any."""
        while len(self._busy) < self.limits.jobs and not self._closed and not self.stopping():
            trial = self.queue.ask()
            if trial is None:
                return
            worker = self._idle_worker()
            worker.trial = trial
            job = self.queue.in_transaction(trial, self.work.job)
            self.watcher.started(trial)
            if self.limits.trial_timeout is not None:
                worker.deadline = time.monotonic() + self.limits.trial_timeout
            with suppress(OSError):  # it died; what is received next says so
                worker.process.send(job)

    def _idle_worker(self) -> _WorkerSlot:
        for worker in self._workers:
            if not worker.trial:
                if worker.process.worn_out:
                    worker.process.kill()
                    worker.process = TrainingProcess(self.limits.threads, self.limits.log)
                return worker
        self._workers.append(_WorkerSlot(TrainingProcess(self.limits.threads, self.limits.log)))
        return self._workers[-1]

    def _listen(self) -> None:
        ready = wait([worker.process.connection for worker in self._busy], timeout=_TICK)
        for worker in self._busy:
            if worker.process.connection in ready:
                self._hear(worker, worker.process.receive())
            elif worker.deadline is not None and time.monotonic() > worker.deadline:
                self._replace(worker, f"no result after {self.limits.trial_timeout:g} s")

    def _hear(self, worker: _WorkerSlot, message: Message) -> None:
        trial = worker.trial
        assert trial  # only busy workers are heard
        match message:
            case EpochEnded(number, point):
                proceed = self._epoch(trial, number, point)
                with suppress(OSError):
                    worker.process.answer(proceed)
                return
            case Finished(result):
                self.work.finish(self.queue, trial, result)
            case Refused(reason):
                self.queue.finish(trial, TrialState.FAIL, user_attrs={attrs.REASON: reason})
            case Crashed(trace):
                reason = trace.strip().splitlines()[-1]
                self.queue.finish(trial, TrialState.FAIL, user_attrs={attrs.REASON: reason})
                self._free(worker)
                raise TrainingBugError(trace)
            case Blocked(reason):
                raise UserError(
                    f"A training process could not go on ({reason}). Mend this, and give the "
                    "same command again; its trial is requeued."
                )
            case Died():
                self._replace(worker, self._exit_reason(worker))
                return
        self._free(worker)

    def _epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        try:
            proceed = self.queue.in_transaction(
                trial, lambda trial: self.work.epoch(trial, number, point)
            )
        except UpdateFinishedTrialError:
            return False  # another worker thought this one dead and put the trial back
        self.watcher.epoch(trial, number, point)
        return proceed

    def _replace(self, worker: _WorkerSlot, reason: str) -> None:
        """The process is gone, or has to go; its trial is tried again."""
        worker.process.kill()
        self._workers.remove(worker)
        if worker.trial:
            self.queue.lost(worker.trial, reason)
        self._free(worker)

    def _free(self, worker: _WorkerSlot) -> None:
        if worker.trial:
            self.watcher.ended(worker.trial)
        worker.trial = worker.deadline = None
        self._next_look = 0.0  # there is a process to feed

    def _leave(self) -> None:
        """Put back what is in flight, and end every process."""
        for worker in self._workers:
            worker.process.kill()
        if self._busy:
            self.queue.shorten_timeout()
        with suppress(StorageError):  # then others put them back, because this worker is gone
            for worker in self._busy:
                if worker.trial:
                    self.queue.requeue(worker.trial, INTERRUPTED)
                self._free(worker)

    @staticmethod
    def _exit_reason(worker: _WorkerSlot) -> str:
        return f"its training process died ({worker.process.exit_status()})"
