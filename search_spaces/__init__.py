"""What may be tried: cells, their exact sizes, budgets and search spaces. No Keras, no files."""

from search_spaces.budget import Budget, BudgetError
from search_spaces.candidate import Candidate, Scope, Task
from search_spaces.cells import Cell
from search_spaces.matching import Matched, match
from search_spaces.space import SearchSpace
from search_spaces.spaces import SpaceName, search_space

__all__ = [
    "Budget",
    "BudgetError",
    "Candidate",
    "Cell",
    "Matched",
    "Scope",
    "SearchSpace",
    "SpaceName",
    "Task",
    "match",
    "search_space",
]
