"""Winners that lie at a bound of the search space, beyond which something better may lie."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from search_spaces.budget import BudgetError
from search_spaces.cells import Cell
from search_spaces.own_cells import CellError
from search_spaces.parameters import parameter_name
from search_spaces.spaces import SpaceName, search_space
from study.trials.record import StudyRecord, TrialRecord

NEAR = 0.01  # share of a range that counts as its end


class AtBound(NamedTuple):
    """How many of a cell's winners have a hyperparameter at one end of its range."""

    cell: str
    name: str
    bound: float
    winners: int
    of: int


class Range(NamedTuple):
    """What a space may sample."""

    low: float
    high: float
    log: bool

    def end(self, value: float) -> float | None:
        """The end that the value lies at; zero is none, as nothing lies beyond."""
        scale = math.log if self.log else float
        near = NEAR * (scale(self.high) - scale(self.low))
        for bound in (self.low, self.high):
            if bound and abs(scale(value) - scale(bound)) <= near:
                return bound
        return None


def winners_at_bounds(record: StudyRecord) -> list[AtBound]:
    """For each cell, hyperparameter and bound at which a winner lies, most first."""
    trials = {trial.number: trial for trial in record.trials}
    found = []
    for cell in record.cells:
        won = [
            trials[winner.trial]
            for search in record.searches
            for budget in search.budgets
            if (winner := budget.winners.get(cell)) and winner.trial in trials
        ]
        for name, range_ in _ranges(record, cell).items():
            ends = [end for trial in won if (end := _end(trial, name, range_)) is not None]
            found += [
                AtBound(cell, name, bound, ends.count(bound), len(won)) for bound in sorted({*ends})
            ]
    return sorted(found, key=lambda each: -each.winners)


def _end(trial: TrialRecord, name: str, range_: Range) -> float | None:
    value = trial.hyperparameters.get(name)
    return range_.end(value) if isinstance(value, float) else None


def _ranges(record: StudyRecord, cell: str) -> Mapping[str, Range]:
    """The ranges of numbers that the study's space asks for; none where it is not known."""
    name = str(record.settings.get("space", ""))
    if name not in set(SpaceName):
        return {}
    asked = _Asked(cell)
    try:
        search_space(
            SpaceName(name), record.task, record.budget, (Cell(cell),), batch_size=1
        ).suggest(asked)
    except (BudgetError, CellError):
        return {}
    return asked.ranges


@dataclass(frozen=True)
class _Asked:
    """Asked as a trial is, it takes the low ends, and remembers the ranges."""

    cell: str
    ranges: dict[str, Range] = field(default_factory=dict)

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        return self.cell if name == "cell" else choices[0]

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        return low

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        name = name.removeprefix(parameter_name(self.cell, ""))
        if not name.endswith("_share"):  # of the budget, beyond which nothing may lie
            self.ranges[name] = Range(low, high, log)
        return low
