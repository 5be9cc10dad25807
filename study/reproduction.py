"""The reproduction step by step: plan, train what is not yet kept, report."""

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, TaskID

# The one place of the reproduction where trying it knows of showing it.
from reports.reproduction.findings import Findings
from reports.reproduction.page import terminal, write
from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.datasets.dataset import Reading
from study.datasets.prepare import prepare
from study.errors import UserError
from study.machine.environment import cores, environment
from study.machine.files import write_atomically
from study.notebook import Counted, CountJob, Measured, Plan, Protocol, Reproduction, Run, measured
from study.pool import work_off
from study.storage.folder import RunFolder
from study.terminal.words import duration
from study.trainers import EpochEnded, Finished, Job, Refused
from study.training.curve import CurvePoint
from study.workers import Crew, Interruption

if TYPE_CHECKING:
    from study.reproduce import ReproductionSettings

_COUNTS = "counts"


def run_reproduction(settings: "ReproductionSettings") -> int:
    """Do what the settings say, or what of it is left to do.

    Returns:
        The exit status: 0, or 130 or 143 where a signal ended it.

    Raises:
        UserError: The data cannot be read, or the folder not written.
    """
    dataset = prepare(Reading(source=settings.dataset))
    plan = Plan(dataset, settings.epochs, settings.replicates, settings.seed)
    folder = settings.output_dir
    RunFolder(folder).create()
    kept = kept_results(folder, plan)
    console = Console(quiet=settings.quiet)
    crew = Crew(settings.n_jobs or cores(), cores(), folder / "reproduction.log")
    interruption = Interruption()
    with interruption.open(), Board(console, plan).open(done=len(kept.runs())) as board:
        failures = _train(kept, board, crew, interruption)
    if interruption():
        console.print("Interrupted; the same command goes on.", highlight=False)
        return interruption.status
    record = Reproduction(
        plan=plan,
        runs=kept.runs(),
        failures=failures,
        counted=kept.counted(),
        environment=environment(),
        command=_command(settings),
    )
    findings = Findings(record)
    report = write(findings, folder)
    terminal(findings, console)
    console.print(f"\nReport: {report}", soft_wrap=True, highlight=False, markup=False)
    return 0


@dataclass(frozen=True)
class Kept:
    """Finished work as small files, one each; a damaged one counts as none."""

    folder: Path
    plan: Plan

    def jobs(self) -> dict[str, Job]:
        """What is left to do, by name; the longest first, since the others fit beside it."""
        jobs: dict[str, Job] = {
            run.name: self.plan.job(run) for run in self.plan.runs if not self.run(run)
        }
        if not self.counted():
            plan = self.plan
            jobs[_COUNTS] = CountJob(plan.variants, plan.task, plan.dataset.steps)
        return jobs

    def runs(self) -> dict[Run, Measured]:
        """The runs that are done."""
        return {run: found for run in self.plan.runs if (found := self.run(run))}

    def run(self, run: Run) -> Measured | None:
        """What a run found, or None."""
        try:
            fields = json.loads(self._path(run.name).read_text(encoding="utf-8"))
            curve = tuple(CurvePoint(**point) for point in fields["curve"])
            return Measured(**{**fields, "curve": curve})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def counted(self) -> tuple[Counted, ...]:
        """Keras' counts, or nothing."""
        try:
            rows = json.loads(self._path(_COUNTS).read_text(encoding="utf-8"))
            return tuple(Counted(**{**row, "candidate": _candidate(row)}) for row in rows)
        except (OSError, ValueError, TypeError, KeyError):
            return ()

    def keep(self, name: str, result: Any) -> None:
        """Write a finished job's result.

        Raises:
            UserError: It cannot be written.
        """
        counts = name == _COUNTS
        content = [asdict(one) for one in result] if counts else asdict(measured(result))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with write_atomically(self._path(name)) as path:
                path.write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
        except OSError as error:
            raise UserError(
                f"Results are kept in {self.folder}, but writing failed ({error.strerror}). "
                "Make room, or make the folder writable."
            ) from error

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def kept_results(folder: Path, plan: Plan) -> Kept:
    """What is kept of this plan; what was found with other settings is out of its sight."""
    shape = f"{plan.epochs}-epochs-seed-{plan.seed}-{plan.dataset.fingerprint}"
    return Kept(folder / "runs" / f"{shape}-{environment()['backend']}", plan)


def _candidate(row: dict[str, Any]) -> Candidate:
    fields = row["candidate"]
    return Candidate(**{**fields, "cell": Cell(fields["cell"])})


def _train(kept: Kept, board: "Board", crew: Crew, interruption: Interruption) -> dict[Run, str]:
    """Do what is left; the reasons of those runs that can have no result."""
    names = {run.name: run for run in kept.plan.runs}
    failures = {}
    for name, message in work_off(kept.jobs(), crew, interruption):
        run = names.get(name)  # None: Keras' counts
        match message:
            case EpochEnded(number, point) if run:
                board.epoch(run, number, point)
            case Finished(result):
                kept.keep(name, result)
                if run:
                    board.ended(run, measured(result))
            case Refused(reason) if run:
                failures[run] = reason
                board.failed(run, reason)
    return failures


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
        epochs = len(found.curve)
        times = f"{epochs} epoch" if epochs == 1 else f"{epochs} epochs"
        self._leave(run, f"{found.test_accuracy:.2%} on test, {times}, {duration(found.seconds)}")

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


def _command(settings: "ReproductionSettings") -> str:
    flags = {
        "dataset": settings.dataset,
        "epochs": settings.epochs,
        "replicates": settings.replicates,
        "seed": settings.seed,
        "output-dir": settings.output_dir,
    }
    words = (word for flag, value in flags.items() for word in (f"--{flag}", str(value)))
    return shlex.join(["python", "-m", "study.reproduce", *words])
