"""Whole commands, timed as their users wait for them."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from study.benchmark.table import Table
from study.errors import UserError
from study.machine.program import COMMANDS
from study.terminal.command import USAGE


def seconds_of(module: str, arguments: Sequence[str]) -> float:
    """Seconds of one command, its start-up included.

    Raises:
        UserError: It refused its arguments or what is on this machine.
        RuntimeError: It failed by a bug.
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
    if done.returncode == USAGE:
        raise UserError(f"python -m {module} failed: {done.stderr.strip()}")
    if done.returncode:
        raise RuntimeError(f"python -m {module} failed:\n{done.stderr}")
    return seconds


def measure_startup(rounds: int) -> list[Table]:
    """Seconds until each command has said what its flags are."""
    seconds: dict[str, list[float]] = {module: [] for module in COMMANDS.values()}
    for _ in range(rounds):
        for module, values in seconds.items():
            values.append(seconds_of(module, ["--help"]))
    return [
        Table(
            name="startup",
            title=f"--help, seconds ({rounds} rounds)",
            columns={"command": "", "median": ".2f", "least": ".2f"},
            rows=[
                (f"python -m {module}", statistics.median(values), min(values))
                for module, values in seconds.items()
            ],
        )
    ]
