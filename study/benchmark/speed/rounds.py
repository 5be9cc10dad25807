"""Contenders that do the same work in turn, so that a busy machine slows all of them alike."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from study.processes.training_process import Crashed, Died, Finished, Job, TrainingProcess


class BenchmarkError(Exception):
    """A contender that could not do its work; the message says why."""


@dataclass(frozen=True)
class Contender:
    """Processes that do the same job side by side.

    Attributes:
        job: Returns the seconds that its work took; what it keeps stays in its process.
        processes: Each with a share of the cores.
        threads: Of each process.
    """

    name: str
    job: Job
    processes: int
    threads: int


def alternate(
    contenders: Sequence[Contender], rounds: int, log: Path
) -> Mapping[str, tuple[float, ...]]:
    """Seconds of each contender's slowest process in every round, by its name.

    The contenders take turns within a round. A round that is not counted goes before, for
    imports and compilation.

    Raises:
        BenchmarkError: A job failed.
    """
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    with _started(contenders, log) as teams:
        for number in range(rounds + 1):
            for contender, team in zip(contenders, teams, strict=True):
                slowest = _together(contender, team)
                if number > 0:
                    seconds[contender.name].append(slowest)
    return {name: tuple(values) for name, values in seconds.items()}


def ratio(slower: Sequence[float], faster: Sequence[float]) -> float:
    """How many times as long: the median over rounds, since rounds share the machine's state."""
    return statistics.median(a / b for a, b in zip(slower, faster, strict=True))


@contextmanager
def _started(contenders: Sequence[Contender], log: Path) -> Iterator[list[list[TrainingProcess]]]:
    teams: list[list[TrainingProcess]] = []
    try:
        for contender in contenders:
            team = [TrainingProcess(contender.threads, log) for _ in range(contender.processes)]
            teams.append(team)
        yield teams
    finally:
        for team in teams:
            for process in team:
                process.kill()


def _together(contender: Contender, team: Sequence[TrainingProcess]) -> float:
    for process in team:
        process.send(contender.job)
    return max(_seconds(contender, process) for process in team)


def _seconds(contender: Contender, process: TrainingProcess) -> float:
    match process.receive():
        case Finished(result):
            return float(result)
        case Crashed(trace):
            raise BenchmarkError(f"{contender.name} failed:\n{trace}")
        case Died():
            status = process.exit_status()
            raise BenchmarkError(f"The process of {contender.name} died ({status}).")
        case other:
            raise BenchmarkError(f"{contender.name} could not do its work: {other}")
