"""Candidates that are known beforehand, for every search to begin with."""

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from search_spaces.candidate import HYPERPARAMETERS, Candidate
from search_spaces.cells import BUILT_IN, Cell
from search_spaces.parameters import CandidateError, Value
from search_spaces.space import SearchSpace
from study.errors import UserError

Parameters = Mapping[str, Value]

_TYPES = {int: "a positive integer", float: "a number", bool: "true or false"}


@dataclass(frozen=True)
class Known:
    """What every search begins with.

    Attributes:
        parameters: Of each cell's first trial at the largest budget, by stored name; what is
            missing is sampled.
        notes: A sentence for each width that was moved into the space.
    """

    parameters: Mapping[Cell, Parameters] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def known_candidates(path: Path, space: SearchSpace) -> Known:
    """Each cell's hyperparameters as its first trial at the largest budget takes them.

    Args:
        path: A study's `summary.json`, or JSON of the form
            `{"lstm": {"units": 64, "dropout": 0.2}, "gru": {...}}`.

    Returns:
        What the file names. A width beyond the budget, or within the next smaller one, becomes
        the nearest that the budget is searched for.

    Raises:
        UserError: The file is none of these, or the space has no such candidate.
    """
    wanted = _read(path, {*BUILT_IN, *space.cells})
    parameters: dict[Cell, Parameters] = {}
    notes = []
    for cell in space.cells:
        if cell not in wanted:
            raise UserError(
                f"--candidates takes hyperparameters of every compared cell, but {path} has none "
                f"of {cell}. Add them, or leave the flag out."
            )
        named = {name: value for name, value in wanted[cell].items() if value is not None}
        try:
            _check(named)
            fitting = space.nearest(cell, named)
            encoded = space.encode_known(cell, fitting)
        except CandidateError as error:
            raise UserError(
                f"The {error.name} of {cell} is {error.expected}, but {path} has "
                f"{error.value!r}. Correct it, choose another --space, or leave --candidates out."
            ) from error
        parameters[cell] = {name: value for name, value in encoded.items() if name != "cell"}
        if fitting != named:
            notes.append(
                f"{cell.display_name} begins with {fitting['units']} units, the nearest that this "
                f"study tries to the {named['units']} of {path}."
            )
    return Known(parameters, tuple(notes))


def _read(path: Path, cells: Set[str]) -> Mapping[str, Mapping[str, Any]]:
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
            cell: {"units": trial.get("units"), **trial["hyperparameters"]}
            for cell, trial in best.items()
            if isinstance(trial, dict) and isinstance(trial.get("hyperparameters"), dict)
        }
    if not isinstance(content, dict) or not all(isinstance(of, dict) for of in content.values()):
        raise UserError(f"{form} holds something else. Check the file.")
    for name in content.keys() - cells:
        raise UserError(
            f"{form} has {name!r}, and the cells are {', '.join(sorted(cells))}. Correct it."
        )
    return content


def _check(named: Mapping[str, Any]) -> None:
    """Refuse what is no hyperparameter, and values of another type."""
    types = get_type_hints(Candidate)
    for name, value in named.items():
        if name not in HYPERPARAMETERS:
            names = ", ".join(HYPERPARAMETERS)
            raise CandidateError(name, value, f"no hyperparameter, which are {names}")
        kind = types[name]
        accepted = int | float if kind is float else kind
        right = isinstance(value, accepted) and isinstance(value, bool) is (kind is bool)
        if not right or (kind is int and value < 1):
            raise CandidateError(name, value, _TYPES[kind])
