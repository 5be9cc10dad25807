"""Two cells over all budgets: the mean difference, and whether the budgets differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate, Interval, crossed_mean, holm
from reports.comparison.outcome import Outcome
from reports.comparison.pairs import Rule, outcome_of
from reports.comparison.runs import BudgetRuns

Tables = Sequence[NDArray[np.float64]]  # weighted differences, (searches, examples), by budget


@dataclass(frozen=True)
class MeanOverBudgets:
    """The first cell minus the second, mean over the budgets of each search.

    Attributes:
        cells: First and second.
        estimate: Over searches and test examples.
        interval: Of the confidence of the verdict's; None with one search.
        outcome: See `decide`.
        homogeneity_p: That the difference is the same at all budgets; None with one search.
    """

    cells: tuple[str, str]
    estimate: Estimate
    interval: Interval | None
    outcome: Outcome
    homogeneity_p: float | None

    @property
    def difference(self) -> float:
        """As a fraction."""
        return self.estimate.value


def mean_over_budgets(
    budgets: Sequence[BudgetRuns],
    cells: tuple[str, str],
    rule: Rule,
    means: Mapping[int, Mapping[str, float]],
) -> MeanOverBudgets | None:
    """For two of the cells; None with one budget, or where budgets lack some of the searches.

    Args:
        budgets: Row `r` of each is the same search.
        cells: To be compared; Holm's procedure counts all pairs.
        rule: Of the verdict.
        means: Accuracies by limit and cell.
    """
    if len(budgets) < 2 or len({budget.shape[0] for budget in budgets}) > 1:
        return None
    pairs = list(combinations(budgets[0].cells, 2))
    estimates = [
        crossed_mean(np.mean(_tables(budgets, pair, rule), axis=0), rule.floor) for pair in pairs
    ]
    levels = holm([estimate.p_value() for estimate in estimates], rule.alpha).levels
    tables = _tables(budgets, cells, rule)
    estimate = crossed_mean(np.mean(tables, axis=0), rule.floor)
    level = next(
        level for pair, level in zip(pairs, levels, strict=True) if set(pair) == set(cells)
    )
    above = all(means[b.limit][cell] > rule.majority for b in budgets for cell in cells)
    return MeanOverBudgets(
        cells,
        estimate,
        estimate.interval(1 - level),
        outcome_of(estimate, rule, level, above=above),
        homogeneity(tables, rule.floor),
    )


def homogeneity(tables: Tables, floor: float) -> float | None:
    """p-value for one and the same difference at all budgets; None with one search.

    Each smaller budget is compared with the first, search by search, with the examples' part;
    the smallest of the p-values, times their number (Bonferroni).
    """
    if len(tables[0]) < 2:
        return None
    contrasts = [crossed_mean(table - tables[0], floor) for table in tables[1:]]
    return min(holm([contrast.p_value() for contrast in contrasts]).adjusted)


def _tables(budgets: Sequence[BudgetRuns], cells: tuple[str, str], rule: Rule) -> Tables:
    return [budget.table(*cells) * rule.weights for budget in budgets]
