"""This program: its version, its commands, and how one is typed."""

import shlex
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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
_ROOT = Path(__file__).parents[2]
_IN_PYTHON = ContextVar("_IN_PYTHON", default=False)


@contextmanager
def in_python() -> Iterator[None]:
    """A program or a notebook of the user's calls, as long as this is open."""
    token = _IN_PYTHON.set(True)
    try:
        yield
    finally:
        _IN_PYTHON.reset(token)


def called_from_python() -> bool:
    """Whether the user's own program or notebook is at work, and none of the commands."""
    return _IN_PYTHON.get()


def typed(command: str) -> str:
    """The beginning of a command line, as this process was started: `isoparam`, or a module.

    What is shown to be typed next works then where this did. Where the user's own program called,
    it works in a shell anywhere: with `isoparam` where that is installed, else by full paths.
    """
    if called_from_python():
        return _anywhere(command)
    if Path(sys.argv[0]).name == PROGRAM:
        return f"{PROGRAM} {command}"
    return f"python -m {COMMANDS[command]}"


def _anywhere(command: str) -> str:
    installed = Path(sys.executable).with_name(PROGRAM)
    if installed.is_file():
        found = shutil.which(PROGRAM)
        known = found is not None and Path(found).samefile(installed)
        return f"{PROGRAM if known else shlex.quote(str(installed))} {command}"
    path, python = shlex.quote(str(_ROOT)), shlex.quote(sys.executable)
    return f"PYTHONPATH={path} {python} -m {COMMANDS[command]}"


def version() -> str:
    """This version, of the checkout or as it is installed."""
    try:
        project = _ROOT / "pyproject.toml"
        content = tomllib.loads(project.read_text(encoding="utf-8"))
        return str(content["project"]["version"])
    except OSError:
        pass
    try:
        return installed_version(PROGRAM)
    except PackageNotFoundError:
        return "unknown"
