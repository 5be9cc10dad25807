"""Contenders that do the same work in turn, so that a busy machine slows all of them alike."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from study.processes.limits import ProcessLimits
from study.processes.pool import Pool
from study.processes.training_process import Crashed, Finished, Job, Message


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
    with _pools(contenders, log) as pools:
        for number in range(rounds + 1):
            for contender, pool in zip(contenders, pools, strict=True):
                slowest = _together(contender, pool)
                if number > 0:
                    seconds[contender.name].append(slowest)
    return {name: tuple(values) for name, values in seconds.items()}


def ratio(slower: Sequence[float], faster: Sequence[float]) -> float:
    """How many times as long: the median over rounds, since rounds share the machine's state."""
    return statistics.median(a / b for a, b in zip(slower, faster, strict=True))


@contextmanager
def _pools(contenders: Sequence[Contender], log: Path) -> Iterator[list[Pool[int]]]:
    pools: list[Pool[int]] = [
        Pool(ProcessLimits(one.processes, one.processes * one.threads, log)) for one in contenders
    ]
    try:
        yield pools
    finally:
        for pool in pools:
            pool.close()


def _together(contender: Contender, pool: Pool[int]) -> float:
    """Seconds of the slowest of a contender's processes."""
    for number in range(contender.processes):
        pool.submit(number, contender.job)
    seconds = []
    while pool.busy:
        seconds += [_seconds(contender, message) for _, message in pool.events()]
    return max(seconds)


def _seconds(contender: Contender, message: Message) -> float:
    match message:
        case Finished(result):
            return float(result)
        case Crashed(trace):
            raise BenchmarkError(f"{contender.name} failed:\n{trace}")
        case other:
            raise BenchmarkError(f"{contender.name} could not do its work: {other}")
