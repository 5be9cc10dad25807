"""Contenders that do the same work in turn, so that a busy machine slows all of them alike."""

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from study.benchmark.jobs import open_pool, results
from study.processes.training_process import Job


@dataclass(frozen=True)
class Contender:
    """Processes that do the same job side by side.

    Attributes:
        job: Returns the seconds that its work took; what it builds stays in its process.
        processes: Each with a share of the cores.
        threads: Of each process.
    """

    name: str
    job: Job
    processes: int
    threads: int


def take_turns(contenders: Sequence[Contender], rounds: int) -> dict[str, list[float]]:
    """Seconds of each contender's slowest process in every round, by its name.

    The contenders take turns within a round. A round that is not counted goes before, for
    imports and compilation.

    Raises:
        UserError: A contender could not do its work here.
        TrainingBugError: A job failed by a bug.
    """
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    with ExitStack() as opened:
        pools = [
            opened.enter_context(open_pool(contender.processes, contender.threads))
            for contender in contenders
        ]
        for number in range(rounds + 1):
            for contender, pool in zip(contenders, pools, strict=True):
                jobs = {
                    f"{contender.name}, process {process}": contender.job
                    for process in range(contender.processes)
                }
                slowest = max(results(jobs, pool).values())
                if number > 0:
                    seconds[contender.name].append(slowest)
    return seconds


def median_ratio(slower: Sequence[float], faster: Sequence[float]) -> float:
    """How many times as long: the median over rounds, since rounds share the machine's state."""
    return statistics.median(a / b for a, b in zip(slower, faster, strict=True))
