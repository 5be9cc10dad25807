"""What may be tried: cells, their exact sizes, budgets and search spaces. No Keras, no files."""

from search_spaces.budget import Budget, BudgetError
from search_spaces.candidate import Candidate, Scope, Task
from search_spaces.cells import Cell
from search_spaces.matching import MatchedPair, match
from search_spaces.space import SearchSpace, SpaceName, search_space

__all__ = [
    "Budget",
    "BudgetError",
    "Candidate",
    "Cell",
    "MatchedPair",
    "Scope",
    "SearchSpace",
    "SpaceName",
    "Task",
    "match",
    "search_space",
]
