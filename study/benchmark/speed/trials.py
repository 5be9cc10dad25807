"""Whole searches: ours as the command does them, beside the same trainings by stock Keras."""

import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from study.benchmark.speed.commands import timed
from study.benchmark.table import Column, Table
from study.machine.environment import cores
from study.runs.archive import read


@dataclass(frozen=True)
class Pair:
    """A search, and its trainings by stock Keras.

    Attributes:
        seconds: Of the whole command of ours, its report included.
        stock: Seconds of stock Keras.
        busy: Seconds in which ours trained and evaluated, added over the processes.
    """

    trials: int
    seconds: float
    stock: float
    busy: float

    @property
    def overhead(self) -> float:
        """The share of our processes' time in which no trial was trained or evaluated."""
        return 1 - self.busy / (cores() * self.seconds)


def measure(rounds: int, flags: Sequence[str] = ()) -> list[Table]:
    """The search of `make study` by ours, and its very trainings by stock Keras in one process.

    Args:
        flags: Of `study.search`.

    Raises:
        BenchmarkError: One of the commands failed.
    """
    pairs = [_pair(flags) for _ in range(rounds)]
    overhead = statistics.median(pair.overhead for pair in pairs)
    trials = pairs[0].trials
    ours = statistics.median(pair.seconds for pair in pairs)
    stock = statistics.median(pair.stock for pair in pairs)
    ratio = statistics.median(pair.stock / pair.seconds for pair in pairs)
    return [
        Table(
            name="trials",
            title=f"Search on surnames, {trials} trials ({rounds} rounds)",
            columns=(
                Column("by"),
                Column("seconds", ".1f"),
                Column("trials an hour", ",.0f"),
                Column("times stock", ".2f"),
                Column("overhead", ".1%"),
            ),
            rows=(
                ("isoparam", ours, 3600 * trials / ours, ratio, overhead),
                ("stock Keras, the same trainings", stock, 3600 * trials / stock, 1.0, None),
            ),
            notes=(
                f"Ours: the whole command in {cores()} processes, its report included; overhead "
                "is the share of their time without training or evaluating. Stock: Keras' "
                "layers and fit in one process on every core, the same candidates for as many "
                "epochs.",
            ),
        )
    ]


def _pair(flags: Sequence[str]) -> Pair:
    with tempfile.TemporaryDirectory() as folder:
        ours = ["--no-confirm", "--quiet", "--output-dir", folder, *flags]
        seconds = timed("study.search", ours)
        run = Path(folder, "surnames")
        stock = timed("study.benchmark.speed.stock_trainings", [str(run)])
        record = read(run)
    busy = sum(trial.seconds or 0.0 for trial in record.trials)
    return Pair(len(record.trials), seconds, stock, busy)
