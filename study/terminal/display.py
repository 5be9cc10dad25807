"""What the terminal shows while the trials of a study are worked off."""

import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from rich.console import Console, RenderableType
from rich.progress import Progress as Bars
from rich.progress import ProgressColumn, Task, TaskID, TextColumn
from rich.progress_bar import ProgressBar

from search_spaces.cells import cell_name
from study.terminal.command import Terminal
from study.terminal.notebook import NotebookBars
from study.terminal.words import duration, number_of
from study.training.curve import CurvePoint
from study.trials import attributes as attrs
from study.trials.reading import status_of
from study.trials.record import Status
from study.trials.slots import Progress


class _BarColumn(ProgressColumn):
    """A bar, where there is something to complete."""

    def render(self, task: Task) -> RenderableType:
        """The bar, or nothing."""
        return ProgressBar(task.total, task.completed, width=30) if task.total else ""


@dataclass
class Display:
    """Bars on a terminal and in a notebook, elsewhere a line for each trial; quiet: nothing.

    Attributes:
        phase: What is being done, such as "search".
        measure: What the accuracies are of, such as "validation".
        epochs: The most that a trial trains.
        jobs: Trials at once, for the time left.
        log: Takes the line of each finished trial.
        left: Asked when one has ended: seconds until all is done, None where nobody knows.
    """

    console: Console
    study: optuna.Study
    phase: str
    measure: str
    epochs: int
    jobs: int
    log: Callable[[str], None] = lambda line: None
    left: Callable[[], float | None] = lambda: None
    _bars: Bars = field(init=False)
    _whole: TaskID = field(init=False)
    # By number: a trial's bar, and when it started, in monotonic time.
    _running: dict[int, tuple[TaskID, float]] = field(default_factory=dict, init=False)
    # By cell: the loss of its best trial, and the row that shows it.
    _best: dict[str, tuple[float, TaskID]] = field(default_factory=dict, init=False)
    _seconds: list[float] = field(default_factory=list, init=False)
    # Seconds until all is done, as they were known at a monotonic time.
    _known_left: tuple[float, float] | None = field(default=None, init=False)
    _progress: Progress = field(default=Progress(0, 0, 0), init=False)

    def __post_init__(self) -> None:
        in_notebook = isinstance(self.console, Terminal) and self.console.in_notebook
        kind = NotebookBars if in_notebook else Bars
        self._bars = kind(
            TextColumn("{task.description}", markup=False),
            _BarColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            console=self.console,
            disable=self.console.quiet or not (self.console.is_terminal or in_notebook),
            refresh_per_second=4,
        )
        self._whole = self._bars.add_task(self.phase, figures="")

    @contextmanager
    def open(self) -> Iterator["Display"]:
        """Show it while the block lasts."""
        for trial in self.study.get_trials(deepcopy=False):
            self._note_best(trial)
        with self._bars:
            yield self

    def started(self, trial: optuna.Trial) -> None:
        """A trial was taken, and its candidate is known."""
        name = f"{self._noun} {trial.number} {cell_name(trial.user_attrs[attrs.CELL])}"
        figures = _figures(trial.user_attrs, "starting")
        bar = self._bars.add_task(name, total=self.epochs, figures=figures)
        self._running[trial.number] = bar, time.monotonic()

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> None:
        """It was looked at."""
        bar, _ = self._running[trial.number]
        accuracy = f"{point.validation_accuracy:.1%}"
        figures = _figures(trial.user_attrs, accuracy, f"epoch {point.epoch:g}")
        self._bars.update(bar, completed=point.epoch, figures=figures)

    def ended(self, trial: optuna.Trial) -> None:
        """It is finished or requeued."""
        if trial.number not in self._running:
            return  # it never started
        bar, started = self._running.pop(trial.number)
        self._bars.remove_task(bar)
        self._seconds.append(time.monotonic() - started)
        frozen = self.study.get_trials(deepcopy=False)[trial.number]
        self._note_best(frozen)
        left = self.left()
        self._known_left = None if left is None else (left, time.monotonic())
        if attrs.REQUEUED not in frozen.user_attrs:
            self.tick(replace(self._progress, finished=self._progress.finished + 1))
        line = self._line(frozen)
        self.log(line)
        if self._bars.disable:
            self.console.print(line, soft_wrap=True, highlight=False, markup=False)

    def tick(self, progress: Progress) -> None:
        """Some time has passed."""
        self._progress = progress
        figures = f"{progress.finished} of {progress.planned} {self._noun}s{self._time_left()}"
        self._bars.update(
            self._whole, total=progress.planned, completed=progress.finished, figures=figures
        )

    @property
    def _noun(self) -> str:
        """What one is called: a confirmation run tries nothing out."""
        return "trial" if self.measure == "validation" else "run"

    def _note_best(self, trial: FrozenTrial) -> None:
        # The best of several test accuracies would say nothing.
        if trial.state is not TrialState.COMPLETE or self.measure != "validation":
            return
        cell, loss = trial.user_attrs[attrs.CELL], trial.values[0]
        if cell not in self._best:
            row = self._bars.add_task(f"best {cell_name(cell)}", total=None, figures="")
            self._best[cell] = math.inf, row
        best, row = self._best[cell]
        if loss < best:
            self._best[cell] = loss, row
            accuracy = f"{trial.user_attrs[attrs.VALIDATION_ACCURACY]:.1%}"
            self._bars.update(row, figures=_figures(trial.user_attrs, accuracy))

    def _line(self, trial: FrozenTrial) -> str:
        """A finished trial in a line."""
        attributes = trial.user_attrs
        done = f"[{self._progress.finished}/{self._progress.planned}]"
        text = f"{self.phase} {done} {cell_name(attributes[attrs.CELL])}"
        if attrs.UNITS in attributes:
            text += f" {_figures(attributes)}"
        status = status_of(trial)
        if accuracy := self._accuracy(trial):
            text += f": {accuracy:.1%} {self.measure}"
        if status is not Status.COMPLETE:
            reason = attributes.get(attrs.REASON)
            text += f", {status}" + (f" ({reason})" if reason else "")
        seconds = attributes.get(attrs.SECONDS)
        if seconds:
            text += f", {attributes[attrs.EPOCHS]:g} epochs, {seconds:.1f} s"
        return text

    def _accuracy(self, trial: FrozenTrial) -> float | None:
        """As measured in this phase; None where it is not known."""
        if self.measure == "validation":
            accuracy: float | None = trial.user_attrs.get(attrs.VALIDATION_ACCURACY)
            return accuracy
        tested: float | None = trial.user_attrs.get(attrs.TEST_ACCURACY)
        return tested

    def _time_left(self) -> str:
        if self._known_left:
            seconds, then = self._known_left
            return f", about {duration(max(0, seconds + then - time.monotonic()))} left in all"
        left = self._progress.planned - self._progress.finished
        if not self._seconds or left <= 0:
            return ""
        seconds = left * statistics.fmean(self._seconds) / self.jobs
        return f", about {duration(seconds)} left"


def _figures(attributes: Mapping[str, Any], *others: str) -> str:
    """Width and parameters of a trial's model, where known, why it runs, and other figures."""
    size = []
    if attrs.UNITS in attributes:
        units, parameters = attributes[attrs.UNITS], attributes[attrs.CELL_PARAMS]
        size = [number_of(units, "unit"), number_of(parameters, "parameter")]
    if attrs.AFTER_TRIALS in attributes:
        size.append(f"had won after {number_of(attributes[attrs.AFTER_TRIALS], 'trial')}")
    return ", ".join([*size, *others])
