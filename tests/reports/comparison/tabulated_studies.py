"""Does the verdict keep its word on real trainings? Studies drawn from a table of them.

`python -m tests.reports.comparison.tabulated_studies [TABLE]` prints Markdown tables.

A study's searches are drawn from many that the study's own sampler and pruner made in the table,
8 trials a cell. All cells of a search share its split; their trials do not share their beginnings,
as the same point has the same training for both. A winner is confirmed on seeds drawn from the
three that are tabulated, and the test examples are drawn anew from the test split, both with
replacement: so the table is all there is, and the truth is its mean.

- A/A: one cell under two names. The truth is 0, and *better* is a false alarm.
- LSTM and GRU: the truth is the mean difference of all searches, seeds and examples.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Interval
from reports.comparison.outcome import Outcome, says_small
from reports.comparison.runs import BudgetRuns
from reports.comparison.verdict import compare
from search_spaces.cells import Cell
from study.benchmark.tabulated.evaluator import Evaluator, TabulatedTrial
from study.benchmark.tabulated.grid import Point
from study.benchmark.tabulated.searchers import ours
from study.benchmark.tabulated.trainings import TrainingTable, load_whole
from study.question.plan import resolve
from study.question.settings import Settings
from tests.support.made_up_table import STORED

SEARCHED = 300  # searches made in the table, of which studies are drawn
STUDIES = 1_000
SEARCHES = (3, 4, 6, 8, 12)
SEEDS = 2
NAMES = ("first", "second")

Pair = Sequence[Cell]


class Rates(NamedTuple):
    """Of the studies, fractions."""

    covered: float  # the headline's interval holds the truth
    predicted: float  # the prediction holds the difference of another study
    better: float
    small: float  # equivalent or negligible
    falsely_better: float  # the wrong cell, or none is
    falsely_small: float  # the truth is no smaller than the margin
    width: float  # mean width of the interval


@dataclass(frozen=True)
class TabulatedStudies:
    """Where studies are drawn from.

    Attributes:
        winners: Of each cell, by split: the points that searches chose.
    """

    table: TrainingTable
    winners: dict[Cell, list[list[Point]]]

    @classmethod
    def searched(cls, table: TrainingTable, searches: int = SEARCHED) -> "TabulatedStudies":
        """From so many searches of the plan's effort."""
        cells = table.plan.cells
        trials = table.plan.trials_of_a_cell * len(cells)
        winners: dict[Cell, list[list[Point]]] = {
            cell: [[] for _ in range(table.seeds)] for cell in cells
        }
        for seed in range(searches):
            evaluator = Evaluator(table, np.inf, seed, trials)
            ours(evaluator)
            for cell in cells:
                winners[cell][evaluator.split].append(_winner(evaluator.trials, cell))
        return cls(table, winners)

    def truth(self, pair: Pair) -> float:
        """Mean difference over splits, searches, seeds and examples, a fraction."""
        first, second = (
            np.mean(
                [
                    np.mean([self._right(cell, point).mean() for point in points])
                    for points in self.winners[cell]
                ]
            )
            for cell in pair
        )
        return float(first - second)

    def draw(
        self,
        random: np.random.Generator,
        pair: Pair,
        searches: int,
        examples: NDArray[np.intp],
    ) -> BudgetRuns:
        """The runs of one study on these test examples."""
        runs: dict[str, list[NDArray[np.bool_]]] = {name: [] for name in NAMES}
        for split in random.integers(self.table.seeds, size=searches):
            for name, cell in zip(NAMES, pair, strict=True):
                points = self.winners[cell][split]
                right = self._right(cell, points[int(random.integers(len(points)))])
                runs[name].append(right[random.integers(len(right), size=SEEDS)][:, examples])
        limit = self.table.plan.budget.limit
        return BudgetRuns(limit, {name: np.stack(of_name) for name, of_name in runs.items()})

    def rates(self, pair: Pair, searches: int, studies: int = STUDIES) -> Rates:
        """What the verdict says in so many studies."""
        random = np.random.default_rng([searches, *map(self.table.plan.cells.index, pair)])
        truth, margin = self.truth(pair), self.table.plan.margin
        found = []
        for _ in range(studies):
            examples = random.integers(len(self._majority), size=len(self._majority))
            runs = self.draw(random, pair, searches, examples)
            headline = compare([runs], margin, majority=self._majority[examples]).headline
            first, second = self.draw(random, pair, searches, examples).correct.values()
            following = float(first.mean() - second.mean())
            better = headline.outcome is Outcome.BETTER
            small = says_small(headline.outcome)
            assert headline.interval is not None
            found.append(
                (
                    _within(truth, headline.interval),
                    _within(following, headline.prediction),
                    better,
                    small,
                    better and headline.difference * truth <= 0,
                    small and abs(truth) >= margin,
                    headline.interval.high - headline.interval.low,
                )
            )
        return Rates(*map(float, np.mean(found, axis=0)))

    def _right(self, cell: Cell, point: Point) -> NDArray[np.bool_]:
        """Right answers of the point's trainings at the full width, (seeds, examples)."""
        number = self.table.plan.cells.index(cell)
        answers: NDArray[np.bool_] = self.table.answers[(number, *point[1:])]
        return answers

    @cached_property
    def _majority(self) -> NDArray[np.bool_]:
        dataset = self.table.plan.dataset
        training, _ = dataset.training()
        most = np.bincount(training.labels).argmax()
        return np.asarray(dataset.test().labels == most)


def _winner(trials: Sequence[TabulatedTrial], cell: Cell) -> Point:
    complete = [one for one in trials if one.cell is cell and one.loss is not None]
    point = min(complete, key=lambda one: one.loss or 0.0).point
    assert point is not None
    return point


def _within(value: float, interval: Interval | None) -> bool:
    return interval is not None and interval.low <= value <= interval.high


def markdown(studies: TabulatedStudies) -> str:
    """What the verdict says, for every pair and number of searches."""
    first, second = studies.table.plan.cells
    columns = ("searches", *(name.replace("_", " ") for name in Rates._fields))
    lines = []
    for pair in ((first, first), (second, second), (first, second)):
        truth = 100 * studies.truth(pair)
        names = " and ".join(cell.display_name for cell in pair)
        lines += ["", f"{names}, truth {truth:+.2f} points", ""]
        lines += ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
        for searches in SEARCHES:
            rates = studies.rates(pair, searches)
            values = [f"{100 * rate:.1f} %" for rate in rates[:-1]]
            lines.append(f"| {searches} | {' | '.join(values)} | {100 * rates.width:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else STORED
    print(markdown(TabulatedStudies.searched(load_whole(path, resolve(Settings())))))
