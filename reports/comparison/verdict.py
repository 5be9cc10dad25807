"""The verdict: what the searches say of the cells at the budget that was asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reports.comparison.ladder import MeanOverBudgets, mean_over_budgets
from reports.comparison.moments import Moments, difference
from reports.comparison.outcome import Outcome, above
from reports.comparison.pairs import PairComparison, Rule, compare_pairs
from reports.comparison.power import searches_to_decide
from reports.comparison.runs import BudgetRuns, check_alike
from reports.comparison.shares import VarianceShares, variance_shares
from study.errors import UserError


@dataclass(frozen=True, eq=False)
class Verdict:
    """Cells compared over independent searches.

    Attributes:
        headline: At the budget that was asked for; with more than two cells, the best against
            the next best, with two the first against the second.
        comparisons: All pairs at all budgets, largest budget first.
        mean_over_budgets: Of the headline's pair; None with one budget, or where some budgets
            have fewer searches than others.
        shares: Of the headline's pair; None with one search or one seed.
        margin: Smallest difference that matters, a fraction.
        alpha: Two-sided level of this look.
        majority: Accuracy of always answering with the majority class.
        accuracies: By limit and cell, means over searches and seeds.
    """

    headline: PairComparison
    comparisons: tuple[PairComparison, ...]
    mean_over_budgets: MeanOverBudgets | None
    shares: VarianceShares | None
    margin: float
    alpha: float
    majority: float
    accuracies: Mapping[int, Mapping[str, float]]

    @property
    def cells(self) -> tuple[str, str]:
        """The headline's."""
        return self.headline.cells

    @property
    def outcome(self) -> Outcome:
        """The headline's."""
        return self.headline.outcome

    @property
    def winner(self) -> str | None:
        """The cell that is better by the rule, or None."""
        return self.headline.winner

    @property
    def limit(self) -> int:
        """The budget that was asked for, in parameters."""
        return self.headline.limit

    @property
    def below_majority(self) -> tuple[str, ...]:
        """Cells not above the majority class at the budget that was asked for."""
        means = self.accuracies[self.limit]
        return tuple(cell for cell in means if not above(means[cell], self.majority))

    @property
    def searches(self) -> int:
        """Searches that the headline rests on."""
        return self.headline.estimate.units

    @cached_property
    def searches_needed(self) -> int | None:
        """Searches likely to decide an undecided verdict; see `searches_to_decide`."""
        if self.outcome is not Outcome.UNDECIDED:
            return None
        return searches_to_decide(self.headline.estimate, self.margin, self.headline.level)


def compare(
    budgets: Sequence[BudgetRuns],
    margin: float,
    *,
    majority: NDArray[np.bool_],
    alpha: float = 0.05,
    weights: NDArray[np.float64] | None = None,
    failed: Collection[str] = (),
) -> Verdict:
    """Compare cells over independent searches.

    Args:
        budgets: The largest is the one that was asked for. Those with the same number of
            searches have the same searches in the same order.
        margin: Smallest difference that matters, a fraction above 0.
        majority: Which test examples the majority class answers rightly, (examples,).
        alpha: Two-sided level of this look, see `look_levels`.
        weights: Of the test examples, (examples,), mean 1: for balanced accuracy.
        failed: Cells of which not one run was complete; nothing is said of them.

    Raises:
        UserError: No budget, a margin not above 0, or runs of unequal cells or examples.
    """
    _check(budgets, margin)
    ordered = sorted(budgets, key=lambda budget: -budget.limit)
    examples = ordered[0].shape[2]
    if weights is None:
        weights = np.ones(examples)
    _check_examples(examples, majority, weights)
    rule = Rule(margin, alpha, float(majority @ weights) / examples, frozenset(failed))
    return _by_the_rule(ordered, weights, rule)


def _by_the_rule(
    ordered: Sequence[BudgetRuns], weights: NDArray[np.float64], rule: Rule
) -> Verdict:
    """The verdict on budgets, largest first, of which all is well."""
    groups = _groups(ordered)
    moments = [Moments(group, weights) for group in groups]
    means = {limit: cells for found in moments for limit, cells in found.accuracies().items()}
    pairs = [
        compare_pairs(found, budget.limit, means[budget.limit], rule)
        for group, found in zip(groups, moments, strict=True)
        for budget in group
    ]
    headline = _headline(pairs[0], means[ordered[0].limit])
    cells = headline.cells
    crossed = moments[0].crossed(difference(headline.limit, cells))
    several = len(groups) == 1 and len(ordered) > 1
    return Verdict(
        headline=headline,
        comparisons=tuple(pair for of_budget in pairs for pair in of_budget),
        mean_over_budgets=mean_over_budgets(moments[0], cells, means, rule) if several else None,
        shares=variance_shares(ordered[0], cells, weights, crossed),
        margin=rule.margin,
        alpha=rule.alpha,
        majority=rule.majority,
        accuracies=means,
    )


def _check(budgets: Sequence[BudgetRuns], margin: float) -> None:
    if not margin > 0:
        raise UserError(f"The margin must be above 0, but is {margin}: 0.005 is half a point.")
    if not budgets:
        raise UserError("A verdict needs the runs of at least one budget.")
    check_alike(budgets)


def _check_examples(
    examples: int, majority: NDArray[np.bool_], weights: NDArray[np.float64]
) -> None:
    if not len(majority) == len(weights) == examples:
        raise UserError(
            f"The runs answer {examples:,} test examples, but the majority class {len(majority):,} "
            f"and the weights {len(weights):,}."
        )


def _groups(budgets: Sequence[BudgetRuns]) -> list[Sequence[BudgetRuns]]:
    """All together where they have the same searches, else each by itself."""
    if len({budget.shape[0] for budget in budgets}) == 1:
        return [budgets]
    return [[budget] for budget in budgets]


def _headline(pairs: Sequence[PairComparison], means: Mapping[str, float]) -> PairComparison:
    """The best cell against the next best; of two cells, the first against the second."""
    if len(pairs) == 1:
        return pairs[0]
    best, following = sorted(means, key=lambda cell: -means[cell])[:2]
    pair = next(pair for pair in pairs if set(pair.cells) == {best, following})
    return pair if pair.cells[0] == best else pair.reversed()
