"""The loop that feeds a pool of training processes from a queue, and tells what they found."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from study.processes.limits import TrainingBugError
from study.processes.pool import Event, Pool
from study.processes.training_process import Crashed, Died, Finished, Job, LookTaken, Refused
from study.storage.trial_storage import StorageError
from study.training.curve import CurvePoint
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.slots import Progress

INTERRUPTED = "interrupted"
_LOOK = 2.0  # seconds between looks at the storage: other workers' progress, or their death


class Work(Protocol):
    """What the trials of a study do: search or confirm."""

    def job(self, trial: optuna.Trial) -> Job:
        """The job of a trial that was just asked for."""

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        """Note a look; False stops the job."""

    def finish(self, queue: Queue, trial: optuna.Trial, result: Any) -> None:
        """Tell a job's result."""


class Watcher(Protocol):
    """Who is told how the work goes."""

    def started(self, trial: optuna.Trial) -> None:
        """A trial was taken."""

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> None:
        """It was looked at."""

    def ended(self, trial: optuna.Trial) -> None:
        """It is finished or requeued."""

    def tick(self, progress: Progress) -> None:
        """Some time has passed."""


@dataclass
class WorkerLoop:
    """One run of the loop.

    Attributes:
        pool: Stays open, so that its processes use again what they have built.
        until: Monotonic time after which nothing new is asked for.
        stopping: Asked often; once true, trials in flight are requeued.
    """

    queue: Queue
    work: Work
    pool: Pool[optuna.Trial]
    watcher: Watcher
    until: float | None = None
    stopping: Callable[[], bool] = lambda: False
    _in_flight: list[optuna.Trial] = field(default_factory=list, init=False)
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
                    if not self._in_flight and (progress.done or self._closed):
                        return progress.done
                for trial, event in self.pool.events():
                    self._handle(trial, event)
            return False
        finally:
            self._leave()

    @property
    def _closed(self) -> bool:
        return self.until is not None and time.monotonic() >= self.until

    def _assign(self) -> None:
        """Give every free process a trial, as long as there are any."""
        while self.pool.free and not self._closed and not self.stopping():
            trial = self.queue.ask()
            if trial is None:
                return
            self._in_flight.append(trial)
            job = self.queue.in_transaction(trial, self.work.job)
            self.watcher.started(trial)
            self.pool.submit(trial, job)

    def _handle(self, trial: optuna.Trial, event: Event) -> None:
        match event:
            case LookTaken(number, point):
                self.pool.answer(trial, self._epoch(trial, number, point))
                return
            case Finished(result):
                self.work.finish(self.queue, trial, result)
            case Refused(reason):
                self._fail(trial, reason)
            case Crashed(trace):
                self._fail(trial, trace.strip().splitlines()[-1])
                self._free(trial)
                raise TrainingBugError(trace)
            case Died(reason):
                self.queue.lost(trial, reason)
        self._free(trial)

    def _epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        try:
            proceed = self.queue.in_transaction(
                trial, lambda trial: self.work.epoch(trial, number, point)
            )
        except UpdateFinishedTrialError:
            return False  # another worker thought this one dead and requeued the trial
        self.watcher.epoch(trial, number, point)
        return proceed

    def _fail(self, trial: optuna.Trial, reason: str) -> None:
        self.queue.finish(trial, TrialState.FAIL, user_attrs={attrs.REASON: reason})

    def _free(self, trial: optuna.Trial) -> None:
        """The trial is ended, and its process can be fed again."""
        self.watcher.ended(trial)
        self._in_flight.remove(trial)
        self._next_look = 0.0

    def _leave(self) -> None:
        """End what is in flight, and requeue it."""
        self.pool.end_jobs()
        if self._in_flight:
            self.queue.shorten_timeout()
        with suppress(StorageError):  # then others requeue them, because this worker is gone
            for trial in list(self._in_flight):
                self.queue.requeue(trial, INTERRUPTED)
                self._free(trial)
