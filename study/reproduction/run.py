"""The reproduction step by step: plan, train what is not yet kept, report."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from study.datasets.dataset import DatasetSpec
from study.datasets.prepare import prepare
from study.machine.environment import cores, environment
from study.processes.interruption import Interruption
from study.processes.limits import ProcessLimits
from study.processes.pool import work_off
from study.processes.training_process import EpochEnded, Finished, Refused
from study.reproduction.kept import Kept, kept_results
from study.reproduction.progress import Board
from study.reproduction.protocols import (
    Plan,
    Reproduction,
    Run,
    measured,
)
from study.storage.folder import RunFolder

if TYPE_CHECKING:
    from study.reproduction.settings import ReproductionSettings

Show = Callable[[Reproduction, Path, Console], Path]  # writes the report and prints what it says


def run_reproduction(settings: "ReproductionSettings", show: Show) -> int:
    """Do what the settings say, or what of it is left to do.

    Returns:
        The exit status: 0, or 130 or 143 where a signal ended it.

    Raises:
        UserError: The data cannot be read, or the folder not written.
    """
    dataset = prepare(DatasetSpec(source=settings.dataset))
    plan = Plan(dataset, settings.epochs, settings.replicates, settings.seed)
    folder = settings.output_dir
    RunFolder(folder).create()
    kept = kept_results(folder, plan)
    console = Console(quiet=settings.quiet)
    limits = ProcessLimits(settings.n_jobs or cores(), cores(), folder / "reproduction.log")
    interruption = Interruption()
    with interruption.open(), Board(console, plan).open(done=len(kept.runs())) as board:
        failures = _train(kept, board, limits, interruption)
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
    report = show(record, folder, console)
    console.print(f"\nReport: {report}", soft_wrap=True, highlight=False, markup=False)
    return 0


def _train(
    kept: Kept, board: "Board", limits: ProcessLimits, interruption: Interruption
) -> dict[Run, str]:
    """Do what is left; the reasons of those runs that can have no result."""
    names = {run.name: run for run in kept.plan.runs}
    failures = {}
    for name, message in work_off(kept.jobs(), limits, interruption):
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
