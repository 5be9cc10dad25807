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
from study.processes.limits import Crew, TrainingBugError
from study.processes.training_process import (
    Blocked,
    Crashed,
    Died,
    EpochEnded,
    Finished,
    Job,
    Message,
    Refused,
    Trainer,
)
from study.storage.trial_storage import StorageError
from study.training.curve import CurvePoint
from study.trials import attributes as names
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
        """It is finished or put back."""

    def tick(self, progress: Progress) -> None:
        """Some time has passed."""


@dataclass
class _Station:
    """One training process and what it is at work on."""

    trainer: Trainer
    trial: optuna.Trial | None = None
    deadline: float | None = None


@dataclass
class Shift:
    """One run of the loop.

    Attributes:
        until: Monotonic time after which nothing new is asked for.
        stopping: Asked often; once true, trials in flight are put back.
    """

    queue: Queue
    work: Work
    crew: Crew
    watcher: Watcher
    until: float | None = None
    stopping: Callable[[], bool] = lambda: False
    _stations: list[_Station] = field(default_factory=list, init=False)
    _next_look: float = field(default=0.0, init=False)  # monotonic time

    def run(self) -> bool:
        """Work until the plan is done, by whomever.

        Returns:
            Whether it is done.

        Raises:
            TrainingBugError: A job failed by a bug; the other trials were put back.
            UserError: The machine or the storage failed; the trials were put back if possible.
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
    def _busy(self) -> list[_Station]:
        return [station for station in self._stations if station.trial]

    @property
    def _closed(self) -> bool:
        return self.until is not None and time.monotonic() >= self.until

    def _assign(self) -> None:
        """Give every idle process a trial, as long as there are any."""
        while len(self._busy) < self.crew.jobs and not self._closed and not self.stopping():
            trial = self.queue.ask()
            if trial is None:
                return
            station = self._idle_station()
            station.trial = trial
            job = self.queue.together(trial, self.work.job)
            self.watcher.started(trial)
            if self.crew.trial_timeout is not None:
                station.deadline = time.monotonic() + self.crew.trial_timeout
            with suppress(OSError):  # it died; what is received next says so
                station.trainer.send(job)

    def _idle_station(self) -> _Station:
        for station in self._stations:
            if not station.trial:
                if station.trainer.worn_out:
                    station.trainer.kill()
                    station.trainer = Trainer(self.crew.threads, self.crew.log)
                return station
        self._stations.append(_Station(Trainer(self.crew.threads, self.crew.log)))
        return self._stations[-1]

    def _listen(self) -> None:
        ready = wait([station.trainer.connection for station in self._busy], timeout=_TICK)
        for station in self._busy:
            if station.trainer.connection in ready:
                self._hear(station, station.trainer.receive())
            elif station.deadline is not None and time.monotonic() > station.deadline:
                self._replace(station, f"no result after {self.crew.trial_timeout:g} s")

    def _hear(self, station: _Station, message: Message) -> None:
        trial = station.trial
        assert trial  # only busy stations are heard
        match message:
            case EpochEnded(number, point):
                proceed = self._epoch(trial, number, point)
                with suppress(OSError):
                    station.trainer.answer(proceed)
                return
            case Finished(result):
                self.work.finish(self.queue, trial, result)
            case Refused(reason):
                self.queue.finish(trial, TrialState.FAIL, marks={names.REASON: reason})
            case Crashed(trace):
                reason = trace.strip().splitlines()[-1]
                self.queue.finish(trial, TrialState.FAIL, marks={names.REASON: reason})
                self._free(station)
                raise TrainingBugError(trace)
            case Blocked(reason):
                raise UserError(
                    f"A training process could not go on ({reason}). Mend this, and give the "
                    "same command again; its trial is put back."
                )
            case Died():
                self._replace(station, self._obituary(station))
                return
        self._free(station)

    def _epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        try:
            proceed = self.queue.together(
                trial, lambda trial: self.work.epoch(trial, number, point)
            )
        except UpdateFinishedTrialError:
            return False  # another worker thought this one dead and put the trial back
        self.watcher.epoch(trial, number, point)
        return proceed

    def _replace(self, station: _Station, reason: str) -> None:
        """The process is gone, or has to go; its trial is tried again."""
        station.trainer.kill()
        self._stations.remove(station)
        if station.trial:
            self.queue.lost(station.trial, reason)
        self._free(station)

    def _free(self, station: _Station) -> None:
        if station.trial:
            self.watcher.ended(station.trial)
        station.trial = station.deadline = None
        self._next_look = 0.0  # there is a process to feed

    def _leave(self) -> None:
        """Put back what is in flight, and end every process."""
        for station in self._stations:
            station.trainer.kill()
        if self._busy:
            self.queue.hurry()
        with suppress(StorageError):  # then others put them back, because this worker is gone
            for station in self._busy:
                if station.trial:
                    self.queue.put_back(station.trial, INTERRUPTED)
                self._free(station)

    @staticmethod
    def _obituary(station: _Station) -> str:
        return f"its training process died ({station.trainer.exit_status()})"
