"""What every phase of a job works with."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import optuna
from rich.console import Console

from study.phases.time_left import time_left
from study.processes.interruption import Interruption
from study.processes.pool import Pool
from study.question.plan import StudyPlan
from study.runs.archive import Archive
from study.runs.reporter import Reporter
from study.storage.folder import RunFolder
from study.terminal.display import Display
from study.terminal.log import Log
from study.trials.queue import Queue
from study.trials.worker_loop import Work, WorkerLoop


@dataclass(frozen=True)
class JobContext:
    """What every phase of a job works with.

    Attributes:
        owner: This process, in the storage.
        pool: The training processes, of all phases.
    """

    archive: Archive
    owner: str
    pool: Pool[Any]
    console: Console
    interruption: Interruption
    reporter: Reporter

    @property
    def plan(self) -> StudyPlan:
        """What is asked."""
        return self.archive.plan

    @property
    def folder(self) -> RunFolder:
        """The study's files."""
        return self.archive.folder

    @property
    def log(self) -> Log:
        """What was done, with times."""
        return Log(self.folder.log)

    def queue(self, study: optuna.Study) -> Queue:
        """The trials of one Optuna study, for this process to work off."""
        return Queue(study, self.archive.store, self.owner)

    def say(self, *lines: str) -> None:
        """Print, each on a line of its own, and log."""
        self.log.write(*lines)
        for line in lines:
            self.console.print(line, soft_wrap=True, highlight=False, markup=False)

    def _left(self) -> Callable[[], float | None]:
        """Says how long the whole study will still take, if it takes all its searches."""
        if not self.plan.n_trials:  # nothing is searched
            return lambda: None
        search, confirmation = self.archive.search(), self.archive.confirmation()
        return lambda: time_left(
            self.plan,
            search.get_trials(deepcopy=False),
            confirmation.get_trials(deepcopy=False) if confirmation else [],
        )

    def work_off(self, study: optuna.Study, work: Work, phase: str, measure: str) -> bool:
        """Complete the plan of one Optuna study; False where a signal or the clock ended it."""
        timeout = self.plan.settings.search.timeout if measure == "validation" else None
        display = Display(
            self.console,
            study,
            phase,
            measure,
            epochs=self.plan.epochs,
            jobs=self.plan.jobs,
            log=self.log.write,
            left=self._left(),
        )
        with display.open():
            return WorkerLoop(
                self.queue(study),
                work,
                self.pool,
                display,
                until=None if timeout is None else time.monotonic() + timeout,
                stopping=self.interruption,
            ).run()
