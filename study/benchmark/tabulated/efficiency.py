"""How much accuracy searches find for the epochs they train, ours beside its peers.

A search's incumbent of a cell is the trial that its tool would choose by validation accuracy.
What it is worth is read off the table: the mean test accuracy of that point, over seeds that
the search mostly did not see. Regret is what the best point of the table is worth more.
"""

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from search_spaces.cells import Cell
from study.benchmark.speed.turns import BenchmarkError
from study.benchmark.table import Column, Table, Value
from study.benchmark.tabulated.evaluator import Tried
from study.benchmark.tabulated.searchers import SearchJob, searches
from study.benchmark.tabulated.trainings import Tabulated, load_whole
from study.errors import UserError
from study.machine.environment import cores
from study.processes.limits import ProcessLimits
from study.processes.pool import work_off
from study.processes.training_process import EpochEnded, Finished
from study.question.settings import SearchSettings

BUDGETS = (0.25, 0.5, 1.0, 1.5, 2.0)  # of the epochs of our plan
_MOST = 2.5  # times our plan's epochs that every search may spend
_PLANNED = SearchSettings().n_trials

Logs = Mapping[str, Sequence[Sequence[Tried]]]  # trials of each repetition, by search
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean, or a difference of means, with its 95 % interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Values) -> "Estimate":
        """The mean of independent values, with Student's interval."""
        error = float(values.std(ddof=1)) / math.sqrt(len(values))
        return cls._within(float(values.mean()), error, len(values) - 1)

    @classmethod
    def of_difference(cls, ours: Values, theirs: Values) -> "Estimate":
        """The difference of two means of independent values, with Welch's interval (1947)."""
        parts = [float(values.var(ddof=1)) / len(values) for values in (ours, theirs)]
        squares = sum(
            part**2 / (len(values) - 1) for part, values in zip(parts, (ours, theirs), strict=True)
        )
        degrees_of_freedom = sum(parts) ** 2 / squares if squares else math.inf
        return cls._within(
            float(ours.mean() - theirs.mean()), math.sqrt(sum(parts)), degrees_of_freedom
        )

    @classmethod
    def _within(cls, mean: float, error: float, degrees_of_freedom: float) -> "Estimate":
        reach = error * float(stats.t.ppf(0.975, degrees_of_freedom))
        return cls(mean, mean - reach, mean + reach)

    @property
    def reach(self) -> float:
        """Half the interval's length."""
        return self.high - self.mean


@dataclass(frozen=True)
class Comparison:
    """Repeated searches in one table.

    Attributes:
        plan: Epochs that our plan of trials spends, on average.
        logs: Ours first.
    """

    table: Tabulated
    plan: int
    logs: Logs

    @property
    def allowance(self) -> int:
        """Epochs that every search may spend."""
        return math.ceil(_MOST * self.plan)

    @cached_property
    def ours(self) -> str:
        """The name of our search."""
        return next(iter(self.logs))

    @cached_property
    def worth(self) -> dict[tuple[str, Cell], Values]:
        """What the incumbent of a search and cell is worth, (repetitions, epochs spent)."""
        return {
            (name, cell): np.array(
                [worth(tried, self.table.confirmed[cell], cell, self.allowance) for tried in log]
            )
            for name, log in self.logs.items()
            for cell in self.table.cells
        }

    def at(self, name: str, cell: Cell, budget: float) -> Values:
        """What the incumbent is worth when this share of our plan's epochs is spent."""
        return self.worth[name, cell][:, math.floor(budget * self.plan)]

    def catch_up(self, name: str, cell: Cell) -> float | None:
        """Epochs, in plans of ours, after which a search is as good on average as our plan.

        None where the allowance does not suffice.
        """
        goal = self.at(self.ours, cell, 1.0).mean()
        means = self.worth[name, cell].mean(axis=0)
        reached = np.flatnonzero(means >= goal)
        return float(reached[0]) / self.plan if len(reached) else None


def worth(tried: Sequence[Tried], confirmed: Values, cell: Cell, allowance: int) -> Values:
    """What the incumbent is worth after 0, 1, ... epochs spent, (allowance + 1,).

    Before there is an incumbent: what a random point is worth on average.

    Args:
        confirmed: What each point is worth, (a level of each axis).
    """
    values = np.full(allowance + 1, confirmed.mean())
    best = 0.0
    for trial in tried:
        if trial.cell is cell and trial.point and (trial.accuracy or 0.0) > best:
            best = trial.accuracy or 0.0
            values[trial.spent :] = confirmed[trial.point]
    return values


def measure(repetitions: int, path: Path) -> list[Table]:
    """Repeat every search in the table of trainings at `path`.

    Raises:
        UserError: The table cannot be used, or there is one repetition only.
        BenchmarkError: A search failed.
    """
    if repetitions < 2:
        raise UserError(
            f"An interval takes 2 repetitions or more, but {repetitions} was given. Raise --rounds."
        )
    return tables(compare(repetitions, load_whole(path)))


def compare(repetitions: int, table: Tabulated) -> Comparison:
    """The searches' trials, each repetition with a seed of its own.

    Raises:
        BenchmarkError: A search failed.
    """
    names = list(searches())
    ours = names[0]
    enough = _PLANNED * table.origin.epochs  # for the whole plan
    first = _searched([ours], repetitions, table, enough)[ours]
    plan = round(np.mean([tried[_PLANNED - 1].spent for tried in first]))
    allowance = math.ceil(_MOST * plan)
    return Comparison(table, plan, _searched(names, repetitions, table, allowance))


def tables(comparison: Comparison) -> list[Table]:
    """A table for each cell, and one of what the searches cost."""
    cells = comparison.table.cells
    return [*(_accuracy(comparison, cell) for cell in cells), _effort(comparison)]


def _searched(names: Sequence[str], repetitions: int, table: Tabulated, allowance: int) -> Logs:
    jobs = {
        f"{name} {seed}": SearchJob(name, table, allowance, seed)
        for seed in range(repetitions)
        for name in names
    }
    done: dict[str, list[Tried]] = {}
    with tempfile.TemporaryDirectory() as folder:
        limits = ProcessLimits(cores(), cores(), Path(folder) / "log")
        for job, message in work_off(jobs, limits, stopping=lambda: False):
            if isinstance(message, EpochEnded):
                continue
            if not isinstance(message, Finished):
                raise BenchmarkError(f"The search {job} failed: {message.reason}.")
            done[job] = message.result
    return {name: [done[f"{name} {seed}"] for seed in range(repetitions)] for name in names}


def _accuracy(comparison: Comparison, cell: Cell) -> Table:
    """What each search's incumbent of one cell is worth at each budget."""
    best = float(comparison.table.confirmed[cell].max())
    repetitions = len(comparison.logs[comparison.ours])
    return Table(
        name=f"search_{cell.value}",
        title=f"Search in a table, {cell.display_name} ({repetitions} repetitions)",
        columns=(
            Column("epochs, plans", ".2f"),
            Column("search"),
            Column("test accuracy", ".2%"),
            Column("±", ".2%"),
            Column("regret", ".2%"),
            Column("ours - it", "+.2%"),
            Column("from", "+.2%"),
            Column("to", "+.2%"),
        ),
        rows=tuple(
            _row(comparison, cell, name, budget, best)
            for budget in BUDGETS
            for name in comparison.logs
        ),
        notes=(
            f"A plan is {_PLANNED} trials of ours, {comparison.plan} epochs on average. The best "
            f"point of the table is worth {best:.2%}, a random one "
            f"{comparison.table.confirmed[cell].mean():.2%}. 95 % intervals, Welch's for the "
            "differences.",
        ),
    )


def _row(
    comparison: Comparison, cell: Cell, name: str, budget: float, best: float
) -> tuple[Value, ...]:
    theirs = comparison.at(name, cell, budget)
    found = Estimate.of(theirs)
    common = (budget, name, found.mean, found.reach, best - found.mean)
    if name == comparison.ours:
        return (*common, None, None, None)
    difference = Estimate.of_difference(comparison.at(comparison.ours, cell, budget), theirs)
    return (*common, difference.mean, difference.low, difference.high)


def _effort(comparison: Comparison) -> Table:
    """What each search needs to be as good as ours, and what it wastes."""
    cells = comparison.table.cells
    return Table(
        name="search_effort",
        title="Search in a table, effort",
        columns=(
            Column("search"),
            *(Column(f"{cell.display_name}: plans to our accuracy", ".2f") for cell in cells),
            Column("trials in a plan's epochs", ".1f"),
            Column("over budget", ".1f"),
            Column("repeated", ".1f"),
        ),
        rows=tuple(_efforts(comparison, name) for name in comparison.logs),
        notes=(
            "Means over repetitions. Plans to our accuracy: epochs after which a search's mean "
            "accuracy is what ours is after its plan, as a multiple of the plan's epochs; "
            f"> {_MOST:g}: not within that.",
            "KerasTuner's BayesianOptimization takes part where scikit-learn is installed.",
        ),
    )


def _efforts(comparison: Comparison, name: str) -> tuple[Value, ...]:
    reached = [comparison.catch_up(name, cell) for cell in comparison.table.cells]
    logs = [
        [trial for trial in tried if trial.spent <= comparison.plan]
        for tried in comparison.logs[name]
    ]
    return (
        name,
        *(f"> {_MOST:g}" if plans is None else plans for plans in reached),
        float(np.mean([len(tried) for tried in logs])),
        float(np.mean([sum(trial.point is None for trial in tried) for tried in logs])),
        float(np.mean([sum(trial.repeated for trial in tried) for tried in logs])),
    )
