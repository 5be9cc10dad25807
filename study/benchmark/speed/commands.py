"""Whole commands, timed as their users wait for them."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from study.benchmark.speed.turns import BenchmarkError
from study.benchmark.table import Column, Table

COMMANDS = (
    "study.search",
    "study.confirm",
    "study.predict",
    "study.reproduce",
    "study.dashboard",
    "study.doctor",
    "study.benchmark",
    "reports",
)


def timed(module: str, arguments: Sequence[str]) -> float:
    """Seconds of one command, its start-up included.

    Raises:
        BenchmarkError: It failed.
    """
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise BenchmarkError(f"python -m {module} failed: {done.stderr.strip()}")
    return seconds


def measure_startup(rounds: int) -> list[Table]:
    """Seconds until each command has said what its flags are."""
    seconds: dict[str, list[float]] = {module: [] for module in COMMANDS}
    for _ in range(rounds):
        for module, values in seconds.items():
            values.append(timed(module, ["--help"]))
    return [
        Table(
            name="startup",
            title=f"--help, seconds ({rounds} rounds)",
            columns=(Column("command"), Column("median", ".2f"), Column("least", ".2f")),
            rows=tuple(
                (f"python -m {module}", statistics.median(values), min(values))
                for module, values in seconds.items()
            ),
        )
    ]


def report_seconds(folder: Path) -> float:
    """Seconds that the report of a study takes, TensorFlow never loaded."""
    return timed("reports", [str(folder), "--quiet"])
