"""The sizes that were compared, and how many decimals macros and table give."""

from collections.abc import Sequence

from reports.findings.answer import BudgetAnswer
from reports.words.formatting import count

DECIMALS = 2


def sizes(answered: BudgetAnswer, cell: str) -> tuple[str, str]:
    """Units of a cell's winners at a budget, and their parameters as the budget counts them."""
    units = [each.winners[cell].candidate.units for each in answered.winners]
    return span(units), span([each.counts[cell] for each in answered.winners])


def span(numbers: Sequence[int]) -> str:
    """The number, or from the least to the most."""
    low, high = min(numbers), max(numbers)
    return count(low) if low == high else f"{count(low)} to {count(high)}"
