"""The parameters of a trial: their names, their ranges, and how they are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell

Value = str | int | float  # of a parameter, as a trial stores it


class CandidateError(ValueError):
    """A space has no such candidate.

    Attributes:
        name, value: The hyperparameter that the space has not.
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
class FixedTrial:
    """Has every parameter's value already."""

    values: Mapping[str, Any]

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        value: str = self.values[name]
        return value

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        return int(self.values[name])

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        return float(self.values[name])


@dataclass(frozen=True)
class CellTrial:
    """A trial seen through one cell: its parameters carry the cell's name."""

    trial: Suggester
    cell: Cell

    def integer(self, name: str, low: int, high: int) -> int:
        return self.trial.suggest_int(self._named(name), low, high, log=True)

    def number(self, name: str, low: float, high: float, log: bool = False) -> float:
        return self.trial.suggest_float(self._named(name), low, high, log=log)

    def choice(self, name: str, choices: list[str]) -> str:
        return self.trial.suggest_categorical(self._named(name), choices)

    def _named(self, name: str) -> str:
        return parameter_name(self.cell, name)


@dataclass(frozen=True)
class Number:
    """A hyperparameter that is any number of a range."""

    name: str
    low: float
    high: float
    log: bool = False

    def suggest(self, trial: CellTrial) -> float:
        """The trial's value."""
        return trial.number(self.name, self.low, self.high, self.log)

    def encode(self, candidate: Candidate) -> float:
        """The value that a trial stores for this candidate.

        Raises:
            CandidateError: It is out of the range.
        """
        value = getattr(candidate, self.name)
        if not self.low <= value <= self.high:
            expected = f"a number from {self.low:g} to {self.high:g}"
            raise CandidateError(self.name, value, expected)
        return float(value)


@dataclass(frozen=True)
class Choice:
    """A hyperparameter that is one of a few integers, which a trial stores as text."""

    name: str
    values: tuple[int, ...]

    def suggest(self, trial: CellTrial) -> int:
        """The trial's value."""
        return int(trial.choice(self.name, [str(value) for value in self.values]))

    def encode(self, candidate: Candidate) -> str:
        """The value that a trial stores for this candidate.

        Raises:
            CandidateError: It is none of them.
        """
        value = getattr(candidate, self.name)
        if value not in self.values:
            expected = f"one of {', '.join(map(str, self.values))}"
            raise CandidateError(self.name, value, expected)
        return str(value)


def parameter_name(cell: str, name: str) -> str:
    """The name under which a trial stores this parameter of this cell."""
    return f"{cell.replace('-', '_')}_{name}"
