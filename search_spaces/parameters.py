"""The parameters of a trial: how they are named, asked for, and found for a known candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from search_spaces.cells import Cell

Value = str | int | float  # of a parameter, as a trial stores it
UNITS = "units"
LEARNING_RATE = "learning_rate"
BUDGET_SHARE = "budget_share"
SIZES = (UNITS, BUDGET_SHARE)  # of which one decides the width


@dataclass(frozen=True)
class Range:
    """The values that a space tries of one hyperparameter.

    Attributes:
        log: Whether equal factors rather than equal steps count alike.
    """

    low: float
    high: float
    log: bool = False


class CandidateError(ValueError):
    """A space has no such candidate.

    Attributes:
        name, value: The hyperparameter that it has not.
        expected: What it has instead.
    """

    def __init__(self, name: str, value: object, expected: str) -> None:
        super().__init__(f"The {name} is {expected}, but {value!r} was given.")
        self.name = name
        self.value = value
        self.expected = expected


class Suggester(Protocol):
    """Chooses values of named parameters; an `optuna.Trial` is one."""

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        """One of the choices."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        """An integer from low to high, both included."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """A number from low to high."""


@dataclass(frozen=True)
class CellTrial:
    """A trial seen through one cell: its parameters carry the cell's name."""

    trial: Suggester
    cell: Cell

    def integer(self, name: str, low: int, high: int) -> int:
        return self.trial.suggest_int(self._named(name), low, high, log=True)

    def number(self, name: str, within: Range) -> float:
        return self.trial.suggest_float(self._named(name), within.low, within.high, log=within.log)

    def choice(self, name: str, choices: Sequence[str]) -> str:
        return self.trial.suggest_categorical(self._named(name), choices)

    def _named(self, name: str) -> str:
        return parameter_name(self.cell, name)


@dataclass(frozen=True)
class KnownTrial:
    """Asked as a trial is, it answers with what is known, within the ranges that it is asked for.

    Attributes:
        known: Values by parameter name, without the cell's; any will do of what is missing.
        found: Takes what was asked for and is known, as a trial stores it.

    Raises:
        CandidateError: A known value is out of its range.
    """

    cell: Cell
    known: Mapping[str, Any]
    found: dict[str, Value] = field(default_factory=dict)

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        value = self.known.get(self._short(name), choices[0])
        if str(value) not in choices:
            raise CandidateError(self._short(name), value, f"one of {', '.join(choices)}")
        self._note(name, str(value))
        return str(value)

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        value: int = self.known.get(self._short(name), low)
        require(self._short(name), value, low, high)
        self._note(name, value)
        return value

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        value: float = self.known.get(self._short(name), low)
        require(self._short(name), value, low, high)
        self._note(name, float(value))
        return value

    def _note(self, name: str, value: Value) -> None:
        if self._short(name) in self.known:
            self.found[name] = value

    def _short(self, name: str) -> str:
        return name.removeprefix(parameter_name(self.cell, ""))


def require(name: str, value: float, low: float, high: float) -> None:
    """Refuse a hyperparameter that is out of its range.

    Raises:
        CandidateError: It is, or it is not a number.
    """
    if not low <= value <= high:
        raise CandidateError(name, value, f"a number from {low:g} to {high:g}")


def parameter_name(cell: str, name: str) -> str:
    """The name under which a trial stores this parameter of this cell."""
    return f"{cell.replace('-', '_')}_{name}"


def is_size(name: str) -> bool:
    """Whether a parameter of this name decides a candidate's width and nothing else."""
    return name.endswith(SIZES)
