"""What the terminal shows while a study runs."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import optuna
from optuna.trial import FrozenTrial, TrialState
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from search_spaces.cells import cell_name
from study.terminal.words import duration, number_of
from study.training.curve import CurvePoint
from study.trials import attributes as attrs
from study.trials.queue import Progress
from study.trials.record import Status, status_of


@dataclass
class _Running:
    """A trial at work."""

    cell: str
    units: int | None
    parameters: int | None
    started: float
    epoch: int = 0
    accuracy: float | None = None


@dataclass
class _Best:
    """The best trial of a cell so far."""

    accuracy: float
    units: int
    parameters: int


@dataclass
class Display:
    """A live table on a terminal, plain lines elsewhere, nothing when quiet.

    Attributes:
        phase: What is being done, such as "search".
        measure: What the accuracies are of, such as "validation".
        jobs: Trials at once, for the time left.
    """

    console: Console
    study: optuna.Study
    phase: str
    measure: str
    jobs: int
    _running: dict[int, _Running] = field(default_factory=dict, init=False)
    _best: dict[str, _Best] = field(default_factory=dict, init=False)
    _seconds: list[float] = field(default_factory=list, init=False)
    _progress: Progress = field(default=Progress(0, 0, 0), init=False)
    _live: Live | None = field(default=None, init=False)

    @contextmanager
    def open(self) -> Iterator["Display"]:
        """Show it while the block lasts."""
        for trial in self.study.get_trials(deepcopy=False):
            self._note_best(trial)
        if self.console.quiet or not self.console.is_terminal:
            yield self
            return
        with Live(console=self.console, get_renderable=self._table, refresh_per_second=4) as live:
            self._live = live
            yield self
            live.update(self._table(), refresh=True)
        self._live = None

    def started(self, trial: optuna.Trial) -> None:
        """A trial was taken, and its candidate is known."""
        attributes = trial.user_attrs
        self._running[trial.number] = _Running(
            attributes[attrs.CELL],
            attributes.get(attrs.UNITS),
            attributes.get(attrs.CELL_PARAMS),
            time.monotonic(),
        )

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> None:
        """One of its epochs ended."""
        running = self._running[trial.number]
        running.epoch, running.accuracy = number, point.validation_accuracy

    def ended(self, trial: optuna.Trial) -> None:
        """It is finished or requeued."""
        running = self._running.pop(trial.number, None)
        if running is None:
            return  # told before
        self._seconds.append(time.monotonic() - running.started)
        frozen = self.study.get_trials(deepcopy=False)[trial.number]
        self._note_best(frozen)
        if attrs.REQUEUED not in frozen.user_attrs:
            self._progress = replace(self._progress, finished=self._progress.finished + 1)
        if self._live is None:
            self.console.print(self._line(frozen), soft_wrap=True, highlight=False, markup=False)

    def tick(self, progress: Progress) -> None:
        """Some time has passed."""
        self._progress = progress

    def _note_best(self, trial: FrozenTrial) -> None:
        if trial.state is not TrialState.COMPLETE or trial.value is None:
            return
        cell, attributes = trial.user_attrs[attrs.CELL], trial.user_attrs
        if cell not in self._best or trial.value > self._best[cell].accuracy:
            self._best[cell] = _Best(
                trial.value, attributes[attrs.UNITS], attributes[attrs.CELL_PARAMS]
            )

    def _line(self, trial: FrozenTrial) -> str:
        """A finished trial in a line."""
        attributes = trial.user_attrs
        done = f"[{self._progress.finished}/{self._progress.planned}]"
        text = f"{self.phase} {done} {cell_name(attributes[attrs.CELL])}"
        if attrs.UNITS in attributes:
            units, parameters = attributes[attrs.UNITS], attributes[attrs.CELL_PARAMS]
            text += f" {number_of(units, 'unit')}, {number_of(parameters, 'parameter')}"
        status = status_of(trial)
        if trial.value is not None:
            text += f": {trial.value:.1%} {self.measure}"
        if status is not Status.COMPLETE:
            reason = attributes.get(attrs.REASON)
            text += f", {status}" + (f" ({reason})" if reason else "")
        seconds = attributes.get(attrs.SECONDS)
        if seconds:
            text += f", {number_of(attributes[attrs.EPOCHS], 'epoch')}, {seconds:.1f} s"
        return text

    def _table(self) -> RenderableType:
        planned, finished = self._progress.planned, self._progress.finished
        head = Table.grid(padding=(0, 2))
        head.add_row(
            Text(self.phase, style="bold"),
            ProgressBar(total=max(1, planned), completed=finished, width=30),
            f"{finished} of {planned} trials",
            self._time_left(),
        )
        rows = Table(box=None, padding=(0, 2), pad_edge=False)
        for title in ("", "units", "cell parameters", f"{self.measure} accuracy", ""):
            rows.add_column(title, justify="left" if title == "" else "right")
        # The best of several test accuracies would say nothing.
        for cell, best in self._best.items() if self.measure == "validation" else ():
            figures = (str(best.units), f"{best.parameters:,}", f"{best.accuracy:.1%}")
            rows.add_row(Text(f"best {cell_name(cell)}"), *figures, "")
        for number, running in self._running.items():
            accuracy = "" if running.accuracy is None else f"{running.accuracy:.1%}"
            units = "" if running.units is None else str(running.units)
            parameters = "" if running.parameters is None else f"{running.parameters:,}"
            name = f"trial {number} {cell_name(running.cell)}"
            epoch = f"epoch {running.epoch}" if running.epoch else "starting"
            rows.add_row(Text(name), units, parameters, accuracy, epoch, style="dim")
        return Group(head, rows)

    def _time_left(self) -> str:
        left = self._progress.planned - self._progress.finished
        if not self._seconds or left <= 0:
            return ""
        seconds = left * statistics.fmean(self._seconds) / self.jobs
        return f"about {duration(seconds)} left"
