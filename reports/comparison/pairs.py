"""Two cells at one budget, over independent searches."""

import math
from collections.abc import Mapping
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
    holm,
    probability_first_better,
)
from reports.comparison.moments import Moments, difference
from reports.comparison.outcome import Outcome, above, decide, says_small


class Rule(NamedTuple):
    """What all comparisons of a verdict share."""

    margin: float  # smallest difference that matters, a fraction
    alpha: float  # two-sided level of this look
    majority: float  # accuracy of answering with the majority class
    failed: frozenset[str] = frozenset()  # cells of which not one run was complete


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


def compare_pairs(
    moments: Moments, limit: int, means: Mapping[str, float], rule: Rule
) -> tuple[PairComparison, ...]:
    """All pairs of cells at a limit, in the order of the cells; Holm over them.

    Args:
        moments: That hold the limit.
        limit: The budget, in parameters.
        means: Accuracy of each cell there.
        rule: Of the verdict.
    """
    pairs = list(combinations(means, 2))
    found = [moments.crossed(difference(limit, pair)) for pair in pairs]
    family = holm([crossed.estimate.p_value() for crossed in found], rule.alpha)
    return tuple(
        PairComparison(
            cells=pair,
            limit=limit,
            differences=by_search,
            estimate=estimate,
            interval=difference_interval(estimate, 1 - level),
            equivalence_interval=difference_interval(estimate, 1 - 2 * level),
            outcome=outcome_of(estimate, rule, level, {cell: means[cell] for cell in pair}),
            p_value=p_value,
            level=level,
            prediction=_prediction(estimate, 2 / estimate.units),
            search_prediction=_prediction(estimate, 1 + 1 / estimate.units),
            probability=probability_first_better(by_search),
        )
        for pair, (by_search, estimate, _), p_value, level in zip(
            pairs, found, family.adjusted, family.levels, strict=True
        )
    )


def difference_interval(estimate: Estimate, confidence: float) -> Interval | None:
    """Of a difference of accuracies, as far as these go; None where the spread is unknown."""
    found = estimate.interval(confidence)
    return found.possible() if found else None


def outcome_of(
    estimate: Estimate, rule: Rule, level: float, lowest: Mapping[str, float]
) -> Outcome:
    """What an estimate says at a level.

    Two cells that learned nothing are alike, but that says nothing of the cells; and nothing is
    said of a cell that never completed a run.

    Args:
        lowest: Accuracy of either cell, the lowest where there are several.
    """
    if not rule.failed.isdisjoint(lowest):
        return Outcome.UNDECIDED
    outcome = decide(
        estimate.value,
        estimate.interval(1 - level),
        estimate.interval(1 - 2 * level),
        rule.margin,
    )
    learned = above(min(lowest.values()), rule.majority)
    return Outcome.UNDECIDED if says_small(outcome) and not learned else outcome


def _prediction(estimate: Estimate, parts: float, confidence: float = 0.95) -> Interval | None:
    """Where another mean lies whose difference from this one has `parts` mean squares."""
    if math.isnan(estimate.mean_square):
        return None
    quantile = float(special.stdtrit(estimate.freedom, (1 + confidence) / 2))
    half = quantile * math.sqrt(estimate.mean_square * parts)
    return Interval(estimate.value - half, estimate.value + half).possible()
