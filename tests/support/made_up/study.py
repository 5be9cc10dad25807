"""A study as it might have gone."""

import base64
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from search_spaces.budget import Budget
from search_spaces.matching import match
from study.datasets.metric import Metric
from study.question.flag_values import Searches
from study.trials.baseline import BaselineRecord
from study.trials.record import (
    BudgetWinners,
    ConfirmationRecord,
    EffortWinners,
    Look,
    SearchRecord,
    StudyRecord,
    TrialRecord,
    Winner,
    winner,
)
from tests.support.made_up.data import (
    BUDGET,
    CELLS,
    DATASET,
    FOUR,
    TASK,
    TEST_LABELS,
)
from tests.support.made_up.runs import accuracy_of, failed_run, run_of, trial


@dataclass(frozen=True, kw_only=True)
class MadeUp:
    """A study as it might have gone; `record` tells it.

    Attributes:
        trials: Of each cell at each budget of a search.
        searched: Searches whose trials have ended.
        confirmed: Of these, searches whose runs have ended.
        gains: What a cell has over the first, by cell: an accuracy, or one for each budget.
        luck: Standard deviation of a search's winner, in accuracy.
        failing: Share of a cell's runs that fail, by cell.
        capped: Share of the runs that end at the cap on epochs.
        linear: Accuracy of the linear model; None where it is not scored.
    """

    cells: tuple[str, ...] = CELLS
    trials: int = 8
    budgets: int = 3
    planned: Searches = FOUR
    searched: int = 4
    confirmed: int = 4
    replicates: int = 2
    gains: Mapping[str, float | Sequence[float]] = field(default_factory=lambda: {"gru": 0.02})
    luck: float = 0.004
    failing: Mapping[str, float] = field(default_factory=dict)
    capped: float = 0.0
    linear: float | None = 0.7
    metric: Metric = Metric.ACCURACY
    margin: float = 0.005
    seed: int = 0

    @property
    def record(self) -> StudyRecord:
        """What is remembered of it."""
        looks = range(self.planned.least, self.confirmed + 1) if self.confirmed else ()
        number = self.searched * self.per_search
        return StudyRecord(
            name="surnames",
            cells=self.cells,
            dataset=DATASET,
            task=TASK,
            budget=BUDGET,
            limits=self.limits,
            metric=self.metric,
            margin=self.margin,
            planned_searches=self.planned,
            trials_per_search=self.per_search,
            planned=number,
            trials=self.search_trials,
            searches=self.search_records,
            looks=tuple(Look(searches, *self.planned) for searches in looks),
            replicates=self.replicates,
            confirmations=self.confirmations,
            test_labels=TEST_LABELS if self.confirmed else None,
            majority_label=0,
            baseline=self.baseline if self.confirmed else None,
            settings={"dataset": "surnames", "max-params": 20_736, "searches": str(self.planned),
                      "n-trials": self.per_search, "space": "standard", "seed": self.seed},
            seconds={"search": 4.1 * number, "confirm": 3.0 * len(self.confirmations)},
            environment={"python": "3.11.2", "keras": "3.15.1", "backend": "tensorflow 2.21.0",
                         "machine": "Linux x86_64, 2 cores"},
            resume="python -m study.search --dataset surnames --study-name surnames",
            storage="sqlite:///runs/surnames/study.db",
        )  # fmt: skip

    @property
    def baseline(self) -> BaselineRecord | None:
        """The linear model, right of the first examples."""
        if self.linear is None:
            return None
        correct = np.arange(DATASET.test) < self.linear * DATASET.test
        return BaselineRecord(
            accuracy=float(correct.mean()),
            correct=base64.b64encode(np.packbits(correct).tobytes()).decode(),
            description="logistic regression on TF-IDF-weighted counts of characters",
            examples=DATASET.train + DATASET.validation,
            seconds=1.2,
        )

    @property
    def per_search(self) -> int:
        """Trials of one search."""
        return self.trials * len(self.cells) * self.budgets

    @property
    def limits(self) -> tuple[int, ...]:
        """Of the budgets, each a quarter of the one above."""
        return tuple(budget.limit for budget in BUDGET.ladder(self.budgets))

    @cached_property
    def search_trials(self) -> tuple[TrialRecord, ...]:
        """Of every 20 one failed and three were pruned."""
        source = random.Random(self.seed)
        places = [(limit, cell) for limit in self.limits for cell in self.cells]
        return tuple(
            trial(number, 1 + number // self.per_search, *places[number % len(places)], source)
            for number in range(self.searched * self.per_search)
        )

    @cached_property
    def search_records(self) -> tuple[SearchRecord, ...]:
        """Of the searches that have been confirmed, or are about to be."""
        return tuple(
            SearchRecord(
                number,
                tuple(self._budget(number, limit) for limit in self.limits),
                tuple(
                    EffortWinners(trials, self._winners(number, BUDGET.limit, trials))
                    for trials in sorted({max(1, self.trials // part) for part in (4, 2, 1)})
                ),
            )
            for number in range(1, self.confirmed + 1)
        )

    def _budget(self, number: int, limit: int) -> BudgetWinners:
        winners = self._winners(number, limit, self.trials)
        matched = match([won.candidate for won in winners.values()], Budget(limit), TASK)
        counts = dict(zip(self.cells, matched.counts, strict=True))
        return BudgetWinners(limit, winners, counts, matched.within_tolerance)

    def _winners(self, number: int, limit: int, trials: int) -> dict[str, Winner]:
        won = []
        for cell in self.cells:
            tried = [
                one
                for one in self.search_trials
                if (one.search, one.budget, one.cell) == (number, limit, cell)
            ]
            found = winner(tried[:trials])
            assert found is not None
            won.append(found)
        candidates = [found.candidate for found in won if found.candidate]
        matched = match(candidates, Budget(limit), TASK).candidates
        return {
            found.cell: Winner(candidate, found.number)
            for found, candidate in zip(won, matched, strict=True)
        }

    @cached_property
    def confirmations(self) -> tuple[ConfirmationRecord, ...]:
        """At every budget those of the whole search, then those of its parts."""
        generator = np.random.default_rng(self.seed)
        difficulty = generator.normal(size=DATASET.test)
        runs: list[ConfirmationRecord] = []
        for search in self.search_records:
            luck = {cell: generator.normal(0, self.luck) for cell in self.cells}
            planned = [(each.limit, dict(each.winners), self.replicates) for each in search.budgets]
            planned += [
                (BUDGET.limit, _others(step.winners, search.budgets[0].winners), 1)
                for step in search.effort[:-1]
            ]
            for limit, winners, seeds in planned:
                for replicate in range(seeds):
                    shared = generator.normal(0, 0.004)
                    for cell, found in winners.items():
                        level = accuracy_of(found.candidate) - 0.012 + luck[cell] + shared
                        level += generator.normal(0, 0.003) + self._gain(cell, limit)
                        run = run_of(len(runs), found.candidate, level, difficulty)
                        runs.append(self._ended(
                            replace(run, search=search.number, cell=cell, budget=limit,
                                    replicate=replicate), generator,
                        ))  # fmt: skip
        return tuple(runs)

    def _gain(self, cell: str, limit: int) -> float:
        gain = self.gains.get(cell, 0.0)
        return gain if isinstance(gain, float) else gain[self.limits.index(limit)]

    def _ended(self, run: ConfirmationRecord, generator: np.random.Generator) -> ConfirmationRecord:
        failed, capped = generator.random(2)
        if failed < self.failing.get(run.cell, 0.0):
            return failed_run(run)
        return replace(run, at_epoch_cap=bool(capped < self.capped))


def _others(winners: Mapping[str, Winner], known: Mapping[str, Winner]) -> dict[str, Winner]:
    """Those whose candidate is not confirmed anyway."""
    return {cell: each for cell, each in winners.items() if each.candidate != known[cell].candidate}
