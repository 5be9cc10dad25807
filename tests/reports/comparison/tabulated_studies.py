"""Does the verdict keep its word on real trainings? Studies drawn from a table of them.

`python -m tests.reports.comparison.tabulated_studies [TABLE]` prints Markdown tables.

A study's searches are drawn from many that the study's own sampler and pruner made in the table,
the plan's trials a cell. All cells of a search share its split; their trials do not share their
beginnings, as the same point has the same training for both. A winner is confirmed on seeds drawn
from the three that are tabulated, and the test examples are drawn anew from the test split, both
with replacement: so the table is all there is, and the truth is its mean.

- A/A: one cell under two names. The truth is 0, and *better* is a false alarm.
- LSTM and GRU: the truth is the mean difference of all searches, seeds and examples.
- With tails, 2 % of the first cell's runs lose a third of their right answers; with failures, 2 %
  of either cell's runs answer with the majority class. Both are part of the truth.
- A plan of 4..12 ends with the first look that decides.
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
from reports.comparison.looks import look_levels
from reports.comparison.outcome import Outcome, says_small
from reports.comparison.pairs import PairComparison
from reports.comparison.runs import BudgetRuns
from reports.comparison.verdict import compare
from search_spaces.cells import Cell
from study.benchmark.tabulated.evaluator import Evaluator, TabulatedTrial
from study.benchmark.tabulated.grid import Point
from study.benchmark.tabulated.searchers import ours
from study.benchmark.tabulated.trainings import TrainingTable, load_whole
from study.question.plan import resolve
from study.question.settings import Settings
from tests.reports.comparison.calibration import (
    CELLS,
    COLLAPSE,
    KINDS,
    PLAIN,
    RIGHT,
    TAILS,
    Kind,
    befall,
)
from tests.support.made_up.trainings import STORED

SEARCHED = 300  # searches made in the table, of which studies are drawn
STUDIES = 1_000
PLANS = ((3, 3), (4, 4), (6, 6), (8, 8), (12, 12), (4, 12))  # least and most searches
SEEDS = 2

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

    def truth(self, pair: Pair, kind: Kind = PLAIN) -> float:
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
        collapsed = kind.collapse * COLLAPSE / RIGHT
        return float((1 - kind.fail) * (first * (1 - collapsed) - second))

    def draw(
        self,
        random: np.random.Generator,
        pair: Pair,
        searches: int,
        examples: NDArray[np.intp],
        kind: Kind = PLAIN,
    ) -> BudgetRuns:
        """The runs of one study on these test examples."""
        runs: dict[str, list[NDArray[np.bool_]]] = {name: [] for name in CELLS}
        for split in random.integers(self.table.seeds, size=searches):
            for name, cell in zip(CELLS, pair, strict=True):
                points = self.winners[cell][split]
                right = self._right(cell, points[int(random.integers(len(points)))])
                runs[name].append(right[random.integers(len(right), size=SEEDS)][:, examples])
        correct = {name: np.stack(of_name) for name, of_name in runs.items()}
        befall(random, correct, kind, self._majority[examples])
        return BudgetRuns(self.table.plan.budget.limit, correct)

    def rates(
        self, pair: Pair, plan: tuple[int, int], kind: Kind = PLAIN, studies: int = STUDIES
    ) -> Rates:
        """What the verdict says in so many studies of at least and at most so many searches."""
        least, most = plan
        place = [least, most, KINDS.index(kind), *map(self.table.plan.cells.index, pair)]
        random = np.random.default_rng(place)
        truth, margin = self.truth(pair, kind), self.table.plan.margin
        found = []
        for _ in range(studies):
            examples = random.integers(len(self._majority), size=len(self._majority))
            runs = self.draw(random, pair, most, examples, kind)
            searches, headline = self._decided(runs, least, self._majority[examples])
            first, second = self.draw(random, pair, searches, examples, kind).correct.values()
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

    def _decided(
        self, runs: BudgetRuns, least: int, majority: NDArray[np.bool_]
    ) -> tuple[int, PairComparison]:
        """The searches after which a study ends, and its headline then."""
        margin, most = self.table.plan.margin, runs.shape[0]
        for searches, level in enumerate(look_levels(least, most), least):
            first = {name: correct[:searches] for name, correct in runs.correct.items()}
            seen = BudgetRuns(runs.limit, first)
            headline = compare([seen], margin, majority=majority, alpha=level).headline
            if headline.outcome is not Outcome.UNDECIDED:
                break
        return searches, headline

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
    """What the verdict says, for every pair, kind of runs and plan.

    One cell that collapses is another than the one that does not: no A/A there.
    """
    first, second = studies.table.plan.cells
    columns = ("runs", "searches", *(name.replace("_", " ") for name in Rates._fields))
    lines = []
    for pair in ((first, first), (second, second), (first, second)):
        names = " and ".join(cell.display_name for cell in pair)
        lines += ["", f"{names}, truth {100 * studies.truth(pair):+.2f} points", ""]
        lines += ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
        for kind in KINDS:
            for plan in PLANS if kind is not TAILS or pair[0] is not pair[1] else ():
                rates = studies.rates(pair, plan, kind)
                values = [f"{100 * rate:.1f} %" for rate in rates[:-1]]
                head = f"{kind.name} | {'..'.join(map(str, sorted(set(plan))))}"
                lines.append(f"| {head} | {' | '.join(values)} | {100 * rates.width:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else STORED
    print(markdown(TabulatedStudies.searched(load_whole(path, resolve(Settings())))))
