"""Two cells at one budget, over independent searches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from reports.comparison.estimate import (
    Estimate,
    Interval,
    Probability,
    crossed_mean,
    holm,
    probability_first_better,
)
from reports.comparison.outcome import Outcome, decide, says_small
from reports.comparison.runs import BudgetRuns


class Rule(NamedTuple):
    """What all comparisons of a verdict share."""

    margin: float  # smallest difference that matters, a fraction
    alpha: float  # two-sided level of this look
    majority: float  # accuracy of answering with the majority class
    weights: NDArray[np.float64]  # of the test examples, (examples,), mean 1

    @property
    def floor(self) -> float:
        """Least variance that is due to the choice of the examples.

        By the rule of three, up to 3 in N examples may be answered differently where none of N
        was (Hanley & Lippman-Hand 1983, JAMA 249); a fraction p of them adds p/N.
        """
        examples = len(self.weights)
        return 3 * float(self.weights @ self.weights) / examples**3


@dataclass(frozen=True, eq=False)
class PairComparison:
    """The first of two cells minus the second, at one budget.

    Attributes:
        cells: First and second.
        limit: The budget, in parameters.
        differences: Of each search, fractions, mean over its seeds: (searches,).
        estimate: Their mean, with its variance over searches and test examples.
        interval: Of confidence `1 - level`; None with one search.
        equivalence_interval: Of confidence `1 - 2 level`.
        outcome: See `decide`.
        p_value: Adjusted by Holm over the pairs of this budget.
        level: At which Holm's procedure tested this pair; with two cells, alpha.
        prediction: Where the difference of one more study of as many searches would lie, on the
            same test split, 95 %.
        search_prediction: Where that of one more search would lie, 95 %.
        probability: That a search finds the first cell better.
    """

    cells: tuple[str, str]
    limit: int
    differences: NDArray[np.float64]
    estimate: Estimate
    interval: Interval | None
    equivalence_interval: Interval | None
    outcome: Outcome
    p_value: float
    level: float
    prediction: Interval | None
    search_prediction: Interval | None
    probability: Probability

    @property
    def difference(self) -> float:
        """Mean over the searches, a fraction."""
        return self.estimate.value

    @property
    def winner(self) -> str | None:
        """The better cell, or None."""
        if self.outcome is not Outcome.BETTER:
            return None
        return self.cells[0 if self.difference > 0 else 1]

    def reversed(self) -> "PairComparison":
        """The second cell minus the first."""

        def negated(interval: Interval | None) -> Interval | None:
            return interval.negated() if interval else None

        low, high = self.probability.interval
        return replace(
            self,
            cells=self.cells[::-1],
            differences=-self.differences,
            estimate=replace(self.estimate, value=-self.estimate.value),
            interval=negated(self.interval),
            equivalence_interval=negated(self.equivalence_interval),
            prediction=negated(self.prediction),
            search_prediction=negated(self.search_prediction),
            probability=Probability(1 - self.probability.value, Interval(1 - high, 1 - low)),
        )


def accuracies(budget: BudgetRuns, weights: NDArray[np.float64]) -> dict[str, float]:
    """Mean accuracy of each cell at a budget, over searches and seeds."""
    return {
        cell: float((answered.mean(axis=0) @ weights) / len(weights))
        for cell, answered in budget.answered.items()
    }


def compare_pairs(budget: BudgetRuns, rule: Rule) -> tuple[PairComparison, ...]:
    """All pairs of cells at a budget, in the order of the cells; Holm over them."""
    pairs = list(combinations(budget.cells, 2))
    tables = [budget.table(*pair) * rule.weights for pair in pairs]
    estimates = [crossed_mean(table, rule.floor) for table in tables]
    family = holm([estimate.p_value() for estimate in estimates], rule.alpha)
    means = accuracies(budget, rule.weights)
    return tuple(
        PairComparison(
            cells=pair,
            limit=budget.limit,
            differences=(differences := table.mean(axis=1)),
            estimate=estimate,
            interval=estimate.interval(1 - level),
            equivalence_interval=estimate.interval(1 - 2 * level),
            outcome=outcome_of(estimate, rule, level, above=_above(means, pair, rule.majority)),
            p_value=p_value,
            level=level,
            prediction=_prediction(estimate, 2 / estimate.units),
            search_prediction=_prediction(estimate, 1 + 1 / estimate.units),
            probability=probability_first_better(differences),
        )
        for pair, table, estimate, p_value, level in zip(
            pairs, tables, estimates, family.adjusted, family.levels, strict=True
        )
    )


def outcome_of(estimate: Estimate, rule: Rule, level: float, *, above: bool) -> Outcome:
    """What an estimate says at a level; `above`: whether both cells beat the majority class.

    Two cells that learned nothing are alike, but that says nothing of the cells.
    """
    outcome = decide(
        estimate.value,
        estimate.interval(1 - level),
        estimate.interval(1 - 2 * level),
        rule.margin,
    )
    return Outcome.UNDECIDED if says_small(outcome) and not above else outcome


def _above(means: dict[str, float], cells: Sequence[str], majority: float) -> bool:
    return all(means[cell] > majority for cell in cells)


def _prediction(estimate: Estimate, parts: float, confidence: float = 0.95) -> Interval | None:
    """Where another mean lies whose difference from this one has `parts` mean squares."""
    if math.isnan(estimate.mean_square):
        return None
    quantile = float(special.stdtrit(estimate.units - 1, (1 + confidence) / 2))
    half = quantile * math.sqrt(estimate.mean_square * parts)
    return Interval(estimate.value - half, estimate.value + half)
