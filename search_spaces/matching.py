"""Widths at which several cells have (nearly) the same number of parameters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate, Task

TOLERANCE_PERCENT = 1  # largest difference between matched counts, of the largest
_USED_PERCENT = 90  # of a budget, below which matched sizes are worth a warning
_WHOLE_PERCENT = 5  # by which whole models may differ without one


@dataclass(frozen=True)
class Matched:
    """Candidates of one budget, one of each compared cell, widths chosen to match.

    Attributes:
        candidates: In the order of the cells.
        counts: Parameters of each, as the budget's scope counts them.
    """

    candidates: tuple[Candidate, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, candidates: Sequence[Candidate], budget: Budget, task: Task) -> Self:
        """Candidates as they are, whether they match or not."""
        counts = (candidate.parameters(budget.scope, task) for candidate in candidates)
        return cls(tuple(candidates), tuple(counts))

    @property
    def relative_difference(self) -> float:
        """Difference of the largest and the smallest count as a share of the largest."""
        return (max(self.counts) - min(self.counts)) / max(self.counts)

    @property
    def within_tolerance(self) -> bool:
        """Whether the counts differ by at most 1 % of the largest."""
        largest = max(self.counts)
        return 100 * (largest - min(self.counts)) <= TOLERANCE_PERCENT * largest


def match(candidates: Sequence[Candidate], budget: Budget, task: Task) -> Matched:
    """The largest candidates (by the sum of counts) that differ by at most 1 %.

    Where none are within the tolerance, those of smallest relative difference, the larger of
    equals.

    Args:
        candidates: Two or more, one of each cell; their widths are replaced, all else stays.

    Raises:
        BudgetError: One of them does not fit the budget at all.
    """
    wide = [replace(candidate, units=budget.largest(candidate, task)) for candidate in candidates]
    best = matched = Matched.of(wide, budget, task)
    # Below each largest count, the others' largest are both the nearest and the widest: so
    # narrowing whichever is largest meets the best of every size, in falling order.
    while not matched.within_tolerance:
        place = matched.counts.index(max(matched.counts))
        if wide[place].units == 1:
            return best
        wide[place] = replace(wide[place], units=wide[place].units - 1)
        matched = Matched.of(wide, budget, task)
        if matched.relative_difference < best.relative_difference:
            best = matched
    return matched


class Sizes(NamedTuple):
    """The compared sizes at a budget, as its scope counts them."""

    limit: int
    counts: tuple[int, ...]  # parameters, one of each cell
    models: tuple[int, ...]  # of the whole models
    within_tolerance: bool

    @property
    def relative_difference(self) -> float:
        """Difference of the largest and the smallest count as a share of the largest."""
        return 1 - min(self.counts) / max(self.counts)


def size_warnings(budgets: Iterable[Sizes]) -> list[str]:
    """Where the compared sizes are not what "at an equal budget" lets one expect.

    That is where they use less than 90 % of it, are only the nearest to each other, or belong to
    whole models that differ by more than 5 %, as where a cell of many units is wide at the output.
    """
    sizes = list(budgets)
    told = []
    if small := [each for each in sizes if 100 * min(each.counts) < _USED_PERCENT * each.limit]:
        told.append(
            f"The compared sizes use less than {_USED_PERCENT} % of the budget of "
            f"{', '.join(_used(each) for each in small)}: larger ones are further apart. Another "
            "--max-params may suit the cells better."
        )
    if nearest := [each for each in sizes if not each.within_tolerance]:
        where = ", ".join(
            f"{each.limit:,} ({100 * each.relative_difference:.1f} % apart)" for each in nearest
        )
        told.append(
            f"No widths within {TOLERANCE_PERCENT} % of each other exist at {where}: the nearest "
            "are compared."
        )
    if unequal := [each for each in sizes if _share(each.models) > _WHOLE_PERCENT]:
        where = ", ".join(
            f"{each.limit:,} ({min(each.models):,} to {max(each.models):,} parameters)"
            for each in unequal
        )
        told.append(
            f"The whole models differ by more than {_WHOLE_PERCENT} % at {where}: where the memory "
            "of a device counts, ask with --budget-scope model."
        )
    return told


def _share(counts: tuple[int, ...]) -> float:
    """What the smallest has less than the largest, in per cent of it."""
    return 100 * (1 - min(counts) / max(counts))


def _used(sizes: Sizes) -> str:
    low, high = min(sizes.counts), max(sizes.counts)
    counts = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"{sizes.limit:,} ({counts} parameters, {100 * low // sizes.limit} %)"
