"""Candidates that are known beforehand, for a search to begin with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from search_spaces.cells import Cell
from search_spaces.space import SearchSpace, parameter_name
from study.errors import UserError

Parameters = dict[str, str | int | float]


def known_parameters(path: Path, space: SearchSpace) -> dict[Cell, Parameters]:
    """Each cell's hyperparameters as its first trial takes them, by parameter name.

    Args:
        path: A study's `summary.json`, or JSON of the form
            `{"lstm": {"units": 64, "dropout": 0.2}, "gru": {...}}`.

    Returns:
        What the space samples and the file names. A width beyond the budget becomes the widest
        that fits.

    Raises:
        UserError: The file is none of these, or a value is out of the space's range.
    """
    wanted = _read(path)
    found: dict[Cell, Parameters] = {}
    for cell in space.cells:
        if cell.value not in wanted:
            raise UserError(
                f"--candidates takes hyperparameters of every compared cell, but {path} has none "
                f"of {cell.value}. Add them, or leave the flag out."
            )
        known = _Known(path, cell, wanted[cell.value])
        space.suggest(known)
        found[cell] = known.found
    return found


def _read(path: Path) -> Mapping[str, Mapping[str, Any]]:
    form = f"--candidates takes a summary.json, or JSON of hyperparameters by cell, but {path}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{form} cannot be read ({error.strerror}). Check the path.") from error
    except ValueError as error:
        raise UserError(f"{form} is no JSON ({error}). Check the file.") from error
    if isinstance(content, dict) and "best" in content:  # a summary
        best = content["best"] if isinstance(content["best"], dict) else {}
        content = {
            cell: {"units": trial.get("units"), **trial.get("hyperparameters", {})}
            for cell, trial in best.items()
            if isinstance(trial, dict)
        }
    if not isinstance(content, dict) or not all(isinstance(of, dict) for of in content.values()):
        raise UserError(f"{form} holds something else. Check the file.")
    return content


@dataclass
class _Known:
    """Asked as a trial is, it answers with what is known, and notes it."""

    path: Path
    cell: Cell
    wanted: Mapping[str, Any]
    found: Parameters = field(default_factory=dict)

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        if name == "cell":
            return self.cell.value
        value = self._value(name)
        if value is None:
            return choices[0]
        if str(value) not in choices:
            raise self._refused(name, value, f"one of {', '.join(choices)}")
        self.found[name] = str(value)
        return str(value)

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        value = self._value(name)
        if value is None:
            return low
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self._refused(name, value, "a positive integer")
        self.found[name] = min(max(value, low), high)
        return min(max(value, low), high)

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        value = self._value(name)
        if value is None:
            return low
        if not isinstance(value, int | float) or not low <= value <= high:
            raise self._refused(name, value, f"a number from {low:g} to {high:g}")
        self.found[name] = float(value)
        return float(value)

    def _value(self, name: str) -> Any:
        return self.wanted.get(name.removeprefix(parameter_name(self.cell, "")))

    def _refused(self, name: str, value: object, expected: str) -> UserError:
        short = name.removeprefix(parameter_name(self.cell, ""))
        return UserError(
            f"The {short} of {self.cell.value} is {expected}, but {self.path} has {value!r}. "
            "Correct it, or leave --candidates out."
        )
