"""The search spaces on offer, by name."""

from collections.abc import Mapping
from enum import StrEnum

from search_spaces.budget import Budget
from search_spaces.candidate import Task
from search_spaces.cells import Cell
from search_spaces.parameters import Range
from search_spaces.space import BasicSpace, SearchSpace, StandardSpace
from search_spaces.wide_space import WideSpace


class SpaceName(StrEnum):
    """The search spaces on offer."""

    BASIC = "basic"
    STANDARD = "standard"
    WIDE = "wide"


_SPACES: Mapping[SpaceName, type[SearchSpace]] = {
    SpaceName.BASIC: BasicSpace,
    SpaceName.STANDARD: StandardSpace,
    SpaceName.WIDE: WideSpace,
}


def search_space(
    name: SpaceName,
    task: Task,
    budget: Budget,
    cells: tuple[Cell, ...],
    batch_size: int,
    budgets: int = 1,
) -> SearchSpace:
    """The space of that name.

    Raises:
        BudgetError: The smallest budget fits one of the cells not at all.
    """
    return _SPACES[name](task, budget, cells, batch_size, budgets)


def ranges_of(name: SpaceName) -> Mapping[str, Range]:
    """The ranges of the numbers that this space searches besides the sizes."""
    return _SPACES[name].ranges
