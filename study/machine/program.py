"""This program: its version, its commands, and how one is typed."""

import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

PROGRAM = "isoparam"
# Each command's module, as `python -m` takes it.
COMMANDS = {
    "search": "study.search",
    "confirm": "study.confirm",
    "predict": "study.predict",
    "dashboard": "study.dashboard",
    "doctor": "study.doctor",
    "report": "reports",
    "reproduce": "study.reproduce",
    "benchmark": "study.benchmark",
}


def typed(command: str) -> str:
    """The beginning of a command line, as this process was started: `isoparam`, or a module.

    What is shown to be typed next works then where this did.
    """
    if Path(sys.argv[0]).name == PROGRAM:
        return f"{PROGRAM} {command}"
    return f"python -m {COMMANDS[command]}"


def version() -> str:
    """This version, of the checkout or as it is installed."""
    try:
        project = Path(__file__).parents[2] / "pyproject.toml"
        content = tomllib.loads(project.read_text(encoding="utf-8"))
        return str(content["project"]["version"])
    except OSError:
        pass
    try:
        return installed_version(PROGRAM)
    except PackageNotFoundError:
        return "unknown"
