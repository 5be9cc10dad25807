"""The verdict: a rule written down before the runs, and what it says of paired runs.

The overall verdict uses the plain 95 % interval of the mean over the budgets; each budget's
own outcome uses Holm's. Both are over seeds and test examples where correctness on each
example is known, since the claim is about the task and not about one test sample, and over
seeds otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from reports.comparison.estimate import (
    Estimate,
    Interval,
    Probability,
    holm,
    mean_difference,
    probability_first_better,
    slope,
)
from reports.comparison.power import seeds_to_decide
from reports.comparison.runs import PairedRuns
from study.errors import UserError

EQUIVALENCE = 0.9
"""Confidence of the interval that is two one-sided tests at 5 % (Schuirmann 1987)."""


class Outcome(StrEnum):
    """How a comparison ends."""

    BETTER = "better"
    EQUIVALENT = "equivalent"
    NEGLIGIBLE = "negligible"
    UNDECIDED = "undecided"


def decide(
    difference: float, interval: Interval | None, interval_90: Interval | None, margin: float
) -> Outcome:
    """The rule. `interval` is the 95 % one, `interval_90` the 90 % one; None decides nothing.

    A difference that is detected, smaller than the margin, and not shown to stay within it
    is undecided: it may or may not matter.
    """
    if interval is None or interval_90 is None:
        return Outcome.UNDECIDED
    detected, within = interval.excludes_zero(), interval_90.inside(margin)
    if detected and abs(difference) >= margin:
        return Outcome.BETTER
    if within:
        return Outcome.NEGLIGIBLE if detected else Outcome.EQUIVALENT
    return Outcome.UNDECIDED


@dataclass(frozen=True)
class BudgetComparison:
    """The two cells at one budget. Intervals have `confidence`, which Holm's procedure set."""

    limit: int
    over_seeds: Estimate
    over_seeds_and_examples: Estimate | None  # None without correctness on each example
    probability_first_better: Probability
    confidence: float
    p_value: float  # adjusted by Holm over the budgets
    margin: float

    @property
    def seeds(self) -> int:
        """Pairs of runs."""
        return self.over_seeds.seeds[0]

    @property
    def difference(self) -> float:
        """First cell minus second, as a fraction."""
        return self.over_seeds.value

    @property
    def deciding(self) -> Estimate:
        """The estimate that the outcome rests on."""
        return self.over_seeds_and_examples or self.over_seeds

    @property
    def interval_seeds(self) -> Interval | None:
        """For these test examples."""
        return self.over_seeds.interval(self.confidence)

    @property
    def interval_seeds_examples(self) -> Interval | None:
        """For the task; None without correctness on each example."""
        return (
            self.over_seeds_and_examples.interval(self.confidence)
            if self.over_seeds_and_examples
            else None
        )

    @property
    def outcome(self) -> Outcome:
        """See `decide`."""
        interval = self.deciding.interval(self.confidence)
        return decide(self.difference, interval, self.deciding.interval(EQUIVALENCE), self.margin)


@dataclass(frozen=True)
class Verdict:
    """Two cells compared over all budgets; without confirmed runs, nothing but undecided."""

    cells: tuple[str, str]
    margin: float  # as a fraction
    budgets: tuple[BudgetComparison, ...]
    overall: Estimate | None  # None without confirmed runs
    slope: Estimate | None  # per doubling of the budget; None with fewer than two budgets
    probability_first_better: Probability | None  # over all pairs of runs, each counted once

    @property
    def difference(self) -> float | None:
        """First cell minus second, as a fraction."""
        return self.overall.value if self.overall else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval."""
        return self.overall.interval() if self.overall else None

    @property
    def equivalence_interval(self) -> Interval | None:
        """The 90 % interval."""
        return self.overall.interval(EQUIVALENCE) if self.overall else None

    @property
    def outcome(self) -> Outcome:
        """See `decide`."""
        if self.overall is None:
            return Outcome.UNDECIDED
        return decide(self.overall.value, self.interval, self.equivalence_interval, self.margin)

    @property
    def winner(self) -> str | None:
        """The cell that is better by the rule, or None."""
        if self.overall is None or self.outcome is not Outcome.BETTER:
            return None
        return self.cells[0 if self.overall.value > 0 else 1]

    @cached_property
    def seeds_needed(self) -> int | None:
        """Seeds at each budget likely to decide an undecided verdict; see `seeds_to_decide`."""
        if self.overall is None or self.outcome is not Outcome.UNDECIDED:
            return None
        return seeds_to_decide(self.overall, self.margin)


def compare(
    budgets: Sequence[PairedRuns], cells: tuple[str, str], margin: float = 0.005
) -> Verdict:
    """Compare two cells at every budget and overall.

    Seeds may differ in number between the budgets; the budgets weigh the same. The test
    examples must be the same at all of them. `margin` is a fraction, above 0.
    """
    if not margin > 0:
        raise UserError(f"The margin must be above 0, but is {margin}: 0.005 is half a point.")
    ordered = sorted(budgets, key=lambda budget: budget.limit)
    if not ordered:
        return Verdict(cells, margin, (), None, None, None)
    over_examples = all(budget.examples is not None for budget in ordered)
    return Verdict(
        cells,
        margin,
        _compare_budgets(ordered, margin),
        mean_difference(ordered, over_examples=over_examples),
        slope(ordered, over_examples=over_examples),
        probability_first_better(np.concatenate([budget.differences for budget in ordered])),
    )


def _compare_budgets(budgets: Sequence[PairedRuns], margin: float) -> tuple[BudgetComparison, ...]:
    over_seeds = [mean_difference([budget], over_examples=False) for budget in budgets]
    over_seeds_and_examples = [
        None if budget.examples is None else mean_difference([budget], over_examples=True)
        for budget in budgets
    ]
    deciding = [
        both or seeds for both, seeds in zip(over_seeds_and_examples, over_seeds, strict=True)
    ]
    family = holm([estimate.p_value() for estimate in deciding])
    return tuple(
        BudgetComparison(
            limit=budget.limit,
            over_seeds=over_seeds[i],
            over_seeds_and_examples=over_seeds_and_examples[i],
            probability_first_better=probability_first_better(budget.differences),
            confidence=family.confidences[i],
            p_value=family.adjusted[i],
            margin=margin,
        )
        for i, budget in enumerate(budgets)
    )
