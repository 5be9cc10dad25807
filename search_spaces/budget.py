"""The parameter budget: what fits in it, and the ladder of smaller budgets below it."""

from dataclasses import dataclass, replace

from search_spaces.candidate import Candidate, Scope, Task
from search_spaces.errors import IsoparamError

# Two steps span a factor of 16, at a quarter and a sixteenth of the largest models' costs.
STEP = 4  # how often a budget holds the next smaller one of its ladder


class BudgetError(IsoparamError, ValueError):
    """Nothing fits the budget; the message says what would."""


def largest_within(candidate: Candidate, limit: int, scope: Scope, task: Task) -> int:
    """The largest width of a candidate of this shape within `limit` parameters.

    The count grows with the units, so bisection finds it for every shape.

    Returns:
        The width, or 0 where one unit is already too many.
    """
    low, high = 0, 1
    while replace(candidate, units=high).parameters(scope, task) <= limit:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if replace(candidate, units=middle).parameters(scope, task) <= limit:
            low = middle
        else:
            high = middle
    return low


@dataclass(frozen=True)
class Budget:
    """A bound on trainable parameters.

    Attributes:
        limit: The most parameters allowed, itself included.
        scope: Which parameters are counted.
    """

    limit: int
    scope: Scope = Scope.CELL

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise BudgetError(f"A budget is at least 1 parameter, but {self.limit:,} was given.")

    def __str__(self) -> str:
        return f"{self.limit:,} {self.scope} parameters"

    def excess(self, candidate: Candidate, task: Task) -> int:
        """Parameters over the budget: 0 or less means that the candidate fits."""
        return candidate.parameters(self.scope, task) - self.limit

    def largest(self, candidate: Candidate, task: Task) -> int:
        """The largest width of a candidate of this shape within the budget.

        Raises:
            BudgetError: One unit is already too many.
        """
        units = largest_within(candidate, self.limit, self.scope, task)
        if units == 0:
            smallest = replace(candidate, units=1).parameters(self.scope, task)
            remedies = (
                "lower --budgets, or choose a narrower --embedding"
                if task.has_embedding
                else "or lower --budgets"
            )
            raise BudgetError(
                f"No {candidate.cell.display_name} fits a budget of {self}: one unit already takes "
                f"{smallest:,} parameters. Raise --max-params, {remedies}."
            )
        return units

    @property
    def next_smaller(self) -> int:
        """The limit of the next budget of a ladder, which its models exceed; 0 where none is."""
        return self.limit // STEP

    def ladder(self, budgets: int) -> tuple["Budget", ...]:
        """The budget and smaller ones, each a quarter of the one above, largest first.

        Raises:
            BudgetError: The smallest is less than one parameter.
        """
        divided = budgets - 1
        if self.limit < STEP**divided:
            raise BudgetError(
                f"A budget of {self} cannot be divided by {STEP} "
                f"{f'{divided} times' if divided > 1 else 'once'}. "
                "Raise --max-params, or lower --budgets."
            )
        return tuple(Budget(self.limit // STEP**below, self.scope) for below in range(budgets))
