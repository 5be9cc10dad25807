"""How a reproduction goes, on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import Progress, TaskID

from study.reproduction.protocols import (
    Measured,
    Plan,
    Protocol,
    Run,
)
from study.terminal.words import duration, number_of
from study.training.curve import CurvePoint


@dataclass
class Board:
    """Shows the training: bars on a terminal, a line for each finished run everywhere."""

    console: Console
    plan: Plan
    _bars: dict[Run, TaskID] = field(default_factory=dict, init=False)
    _progress: Progress = field(init=False)
    _runs: TaskID = field(init=False)

    @contextmanager
    def open(self, done: int) -> Iterator["Board"]:
        """Show it while the block lasts; so many runs are done already."""
        hidden = self.console.quiet or not self.console.is_terminal
        with Progress(console=self.console, transient=True, disable=hidden) as progress:
            self._progress = progress
            self._runs = progress.add_task("Runs", total=len(self.plan.runs), completed=done)
            yield self

    def epoch(self, run: Run, number: int, point: CurvePoint) -> None:
        """An epoch of a run ended."""
        if run not in self._bars:
            total = self.plan.epochs_of(run)
            self._bars[run] = self._progress.add_task(_shown(run), total=total)
        shown = f"{_shown(run)}: {point.validation_accuracy:.1%}"
        self._progress.update(self._bars[run], completed=number, description=shown)

    def ended(self, run: Run, found: Measured) -> None:
        """A run has its result."""
        times = f"{number_of(len(found.curve), 'epoch')}, {duration(found.seconds)}"
        self._leave(run, f"{found.test_accuracy:.2%} on test, {times}")

    def failed(self, run: Run, reason: str) -> None:
        """A run can have none."""
        self._leave(run, reason)

    def _leave(self, run: Run, outcome: str) -> None:
        self._progress.advance(self._runs)
        if run in self._bars:
            self._progress.remove_task(self._bars.pop(run))
        self.console.print(
            f"{_shown(run)}: {outcome}", soft_wrap=True, highlight=False, markup=False
        )


def _shown(run: Run) -> str:
    if run.protocol is Protocol.NOTEBOOK:
        return f"{run.model.name}, the notebook's protocol"
    return f"{run.model.name}, fair protocol, seed {run.replicate + 1}"
