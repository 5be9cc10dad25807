"""Widths at which two cells have (nearly) the same number of parameters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from search_spaces.budget import Budget, BudgetError, largest_within
from search_spaces.candidate import Candidate, Task

TOLERANCE_PERCENT = 1  # largest difference between the counts of a matched pair, of the larger


@dataclass(frozen=True)
class MatchedPair:
    """Two candidates of one budget, widths chosen to match.

    Attributes:
        counts: Parameters of either, as the budget's scope counts them.
        within_tolerance: Whether the counts differ by at most 1 % of the larger;
            where no such pair exists, the pair is the nearest one.
    """

    first: Candidate
    second: Candidate
    counts: tuple[int, int]
    within_tolerance: bool

    @property
    def relative_difference(self) -> float:
        """Difference of the counts as a share of the larger."""
        return abs(self.counts[0] - self.counts[1]) / max(self.counts)


def match(first: Candidate, second: Candidate, budget: Budget, task: Task) -> MatchedPair:
    """The largest pair (by the sum of counts) within the budget that differs by at most 1 %.

    Of equal sums the nearer pair is taken. Where no pair is within the tolerance, the
    pair of smallest relative difference is, the larger of equals.

    Args:
        first, second: Their widths are replaced; all else stays.

    Raises:
        BudgetError: One of the two does not fit the budget at all.
    """
    widths = range(budget.largest(first, task), 0, -1)
    budget.largest(second, task)
    best: MatchedPair | None = None
    for units in widths:
        wide = replace(first, units=units)
        count = wide.parameters(budget.scope, task)
        # The largest count that differs from this one by at most the tolerance, of the larger.
        ceiling = min(budget.limit, 100 * count // (100 - TOLERANCE_PERCENT))
        if best and best.within_tolerance and count + ceiling < sum(best.counts):
            break  # narrower pairs only get smaller
        for partner in _partners(second, count, ceiling, budget, task):
            pair = pair_of(wide, partner, budget, task)
            if best is None or _rank(pair) > _rank(best):
                best = pair
    assert best is not None  # both fit at one unit
    return best


def matched_pairs(
    first: Candidate, second: Candidate, ladder: Sequence[Budget], task: Task
) -> Iterator[tuple[Budget, MatchedPair]]:
    """Each budget, largest first, with the candidates at the widths that match there.

    It ends where one of the two, with all its layers, has no unit left.
    """
    for budget in ladder:
        try:
            yield budget, match(first, second, budget, task)
        except BudgetError:
            return


def _partners(
    shape: Candidate, count: int, ceiling: int, budget: Budget, task: Task
) -> list[Candidate]:
    """The widest partner below the ceiling, and the neighbours of an equal count."""
    widest = largest_within(shape, ceiling, budget.scope, task)
    equal = largest_within(shape, count, budget.scope, task)
    within = largest_within(shape, budget.limit, budget.scope, task)
    widths = {units for units in (widest, equal, equal + 1) if 1 <= units <= within}
    return [replace(shape, units=units) for units in sorted(widths)]


def pair_of(first: Candidate, second: Candidate, budget: Budget, task: Task) -> MatchedPair:
    """Two candidates as they are, whether they match or not."""
    counts = (first.parameters(budget.scope, task), second.parameters(budget.scope, task))
    near = 100 * abs(counts[0] - counts[1]) <= TOLERANCE_PERCENT * max(counts)
    return MatchedPair(first, second, counts, within_tolerance=near)


def _rank(pair: MatchedPair) -> tuple[bool, float, float]:
    if pair.within_tolerance:
        return True, sum(pair.counts), -pair.relative_difference
    return False, -pair.relative_difference, sum(pair.counts)
