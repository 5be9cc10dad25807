"""How much accuracy searches find for the epochs they train, ours beside its peers.

A search's incumbent of a cell is the trial that its tool would choose by validation loss. What
it is worth is read off the table: the mean test accuracy of that point at the full width, over
seeds of which the search saw one. Regret is what the best point of the table is worth more.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search_spaces.cells import Cell
from study.benchmark.intervals import difference, mean, require_repetitions
from study.benchmark.jobs import open_pool, results
from study.benchmark.table import Table, Value
from study.benchmark.tabulated.evaluator import TabulatedTrial
from study.benchmark.tabulated.searchers import SearchJob, searches
from study.benchmark.tabulated.trainings import TrainingTable, load_whole
from study.machine.environment import cores
from study.question.plan import resolve
from study.question.settings import DataSettings, Settings

BUDGETS = (0.25, 0.5, 1.0, 1.5, 2.0)  # of the epochs of our plan
_MOST = 2.5  # times our plan's epochs that every search may train

Trials = Mapping[str, Sequence[Sequence[TabulatedTrial]]]  # of each repetition, by search
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """Repeated searches in one table.

    Attributes:
        plan: Epochs that our plan of trials trains, on average.
        trials: Ours first.
    """

    table: TrainingTable
    plan: int
    trials: Trials

    @property
    def ours(self) -> str:
        """The name of our search."""
        return next(iter(self.trials))

    @property
    def max_epochs(self) -> int:
        """Epochs that every search may train."""
        return _max_epochs(self.plan)

    @cached_property
    def incumbents(self) -> dict[tuple[str, Cell], Values]:
        """Test accuracy of a search's incumbent of a cell, (repetitions, epochs trained)."""
        return {
            (name, cell): np.array(
                [
                    incumbent_accuracy(trials, self.table.worth[cell], cell, self.max_epochs)
                    for trials in repetitions
                ]
            )
            for name, repetitions in self.trials.items()
            for cell in self.table.plan.cells
        }

    def accuracy(self, name: str, cell: Cell, budget: float) -> Values:
        """Test accuracy of the incumbent, (repetitions,), after a share of our plan's epochs."""
        return self.incumbents[name, cell][:, math.floor(budget * self.plan)]

    def plans_to_our_accuracy(self, name: str, cell: Cell) -> float | None:
        """Epochs, in plans of ours, after which a search is as good on average as our plan.

        None where no search may train so many.
        """
        goal = self.accuracy(self.ours, cell, 1.0).mean()
        reached = np.flatnonzero(self.incumbents[name, cell].mean(axis=0) >= goal)
        return float(reached[0]) / self.plan if len(reached) else None


def incumbent_accuracy(
    trials: Sequence[TabulatedTrial], worth: Values, cell: Cell, max_epochs: int
) -> Values:
    """Test accuracy of the incumbent after 0, 1, ... epochs, (max_epochs + 1,).

    Before there is an incumbent: that of a random point on average.

    Args:
        worth: Of each point, (a level of each axis), fractions.
    """
    values = np.full(max_epochs + 1, worth.mean())
    lowest = math.inf
    for trial in trials:
        if trial.cell is cell and trial.point and trial.loss is not None and trial.loss < lowest:
            lowest = trial.loss
            values[trial.epochs :] = worth[trial.point]
    return values


def measure(repetitions: int, path: Path, data: DataSettings | None = None) -> list[Table]:
    """Repeat every search in the table of trainings at `path`.

    Args:
        data: Of the table; the study's default where None.

    Raises:
        UserError: The table cannot be used, a search failed, or there is one repetition only.
    """
    require_repetitions(repetitions)
    return tables(
        compare(repetitions, load_whole(path, resolve(Settings(data=data or DataSettings()))))
    )


def compare(repetitions: int, table: TrainingTable) -> Comparison:
    """The searches' trials, each repetition with a seed of its own.

    Raises:
        UserError: A search failed.
    """
    ours, *peers = searches()
    trials_planned = _planned(table)
    enough = trials_planned * table.plan.epochs
    planned = _search([ours], repetitions, table, enough)[ours]
    plan = round(np.mean([trials[trials_planned - 1].epochs for trials in planned]))
    return Comparison(table, plan, _search([ours, *peers], repetitions, table, _max_epochs(plan)))


def tables(comparison: Comparison) -> list[Table]:
    """A table for each cell, and one of what the searches cost."""
    cells = comparison.table.plan.cells
    return [*(_accuracy(comparison, cell) for cell in cells), _effort(comparison)]


def _planned(table: TrainingTable) -> int:
    """Trials of one of our searches at the budget of the table."""
    return table.plan.trials_of_a_cell * len(table.plan.cells)


def _max_epochs(plan: int) -> int:
    return math.ceil(_MOST * plan)


def _search(
    names: Sequence[str], repetitions: int, table: TrainingTable, max_epochs: int
) -> Trials:
    jobs = {
        f"{name} {seed}": SearchJob(name, table, max_epochs, seed)
        for seed in range(repetitions)
        for name in names
    }
    with open_pool(cores()) as pool:
        found = results(jobs, pool)
    return {name: [found[f"{name} {seed}"] for seed in range(repetitions)] for name in names}


def _accuracy(comparison: Comparison, cell: Cell) -> Table:
    """What each search's incumbent of one cell is worth at each budget."""
    worth = comparison.table.worth[cell]
    repetitions = len(comparison.trials[comparison.ours])
    return Table(
        name=f"search_{cell}",
        title=f"Search in a table, {cell.display_name} ({repetitions} repetitions)",
        columns={
            "epochs, plans": ".2f",
            "search": "",
            "test accuracy": ".2%",
            "±": ".2%",
            "regret": ".2%",
            "ours - it": "+.2%",
            "from": "+.2%",
            "to": "+.2%",
        },
        rows=[
            _accuracy_row(comparison, cell, name, budget)
            for budget in BUDGETS
            for name in comparison.trials
        ],
        notes=(
            f"A plan is {_planned(comparison.table)} trials of ours, {comparison.plan} epochs on "
            f"average. The best point of the table is worth {worth.max():.2%}, a random one "
            f"{worth.mean():.2%}. 95 % intervals, Welch's for the differences.",
        ),
    )


def _accuracy_row(
    comparison: Comparison, cell: Cell, name: str, budget: float
) -> tuple[Value, ...]:
    theirs = comparison.accuracy(name, cell, budget)
    found = mean(theirs)
    regret = float(comparison.table.worth[cell].max()) - found.mean
    common = (budget, name, found.mean, found.high - found.mean, regret)
    if name == comparison.ours:
        return (*common, None, None, None)
    return (*common, *difference(comparison.accuracy(comparison.ours, cell, budget), theirs))


def _effort(comparison: Comparison) -> Table:
    """What each search needs to be as good as ours, and what it wastes."""
    cells = [cell.display_name for cell in comparison.table.plan.cells]
    return Table(
        name="search_effort",
        title="Search in a table, effort",
        columns={
            "search": "",
            **{f"{cell}: plans to our accuracy": ".2f" for cell in cells},
            "trials in a plan's epochs": ".1f",
            "over budget": ".1f",
            "repeated": ".1f",
        },
        rows=[_effort_row(comparison, name) for name in comparison.trials],
        notes=(
            "Means over repetitions. Plans to our accuracy: epochs after which a search's mean "
            "accuracy is what ours is after its plan, as a multiple of the plan's epochs; "
            f"> {_MOST:g}: not within that.",
            "KerasTuner's BayesianOptimization takes part where scikit-learn is installed.",
        ),
    )


def _effort_row(comparison: Comparison, name: str) -> tuple[Value, ...]:
    cells = comparison.table.plan.cells
    plans = [comparison.plans_to_our_accuracy(name, cell) for cell in cells]
    counts = []
    for trials in comparison.trials[name]:
        within = [trial for trial in trials if trial.epochs <= comparison.plan]
        over_budget = sum(trial.point is None for trial in within)
        counts.append((len(within), over_budget, sum(trial.repeated for trial in within)))
    return (
        name,
        *(f"> {_MOST:g}" if reached is None else reached for reached in plans),
        *np.mean(counts, axis=0).tolist(),
    )
