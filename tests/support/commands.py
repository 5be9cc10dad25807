"""Running the commands as their users do, on data small enough for tests."""

import csv
import io
import os
import random
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from cyclopts import App

from study.terminal.command import run

ROOT = Path(__file__).parents[2]
MOODS = {
    "glad": ["sun", "smile", "dance", "bright"],
    "sad": ["rain", "tear", "alone", "grey"],
    "angry": ["storm", "shout", "fist", "red"],
}
FILLER = ["the", "a", "of", "and", "day", "we", "it", "was"]


def run_module(
    module: str, *arguments: str, env: dict[str, str] | None = None, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    """`python -m MODULE ARGUMENTS`, to its end."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        input=text,
        timeout=280,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
    )


def call(app: App, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """The same in this process, which has done the imports: for calls that are soon over."""
    output, errors = io.StringIO(), io.StringIO()
    code = None
    with (
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(),
        redirect_stdout(output),
        redirect_stderr(errors),
    ):
        warnings.filterwarnings("ignore", "Cyclopts application invoked")  # that it is a test
        patch.setattr(sys, "argv", [app.name[0], *arguments])
        patch.setattr(sys, "stdin", io.StringIO(text))
        try:
            run(app)
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())


def search(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """`python -m study.search`, to its end."""
    return run_module("study.search", *arguments, env=env)


def small_study(texts: Path, **changes: object) -> list[str]:
    """Flags of a study that takes seconds; `n_trials=8` changes or adds `--n-trials 8`."""
    flags: dict[str, object] = {
        "dataset": str(texts),
        "max-params": "900",
        "embedding": "8",
        "sequence_length": "6",
        "searches": "2",
        "n-trials": "4",
        "epochs": "3",
        "budgets": "2",
        "replicates": "1",
        "n-jobs": "1",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return [word for flag, value in flags.items() for word in (f"--{flag}", str(value))]


def write_moods(path: Path, examples: int = 300) -> None:
    """A CSV whose labels hang on one word of each text."""
    drawn = random.Random(0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for number in range(examples):
            label = list(MOODS)[number % len(MOODS)]
            words = [*drawn.choices(FILLER, k=5), drawn.choice(MOODS[label])]
            drawn.shuffle(words)
            writer.writerow([" ".join(words), label])
