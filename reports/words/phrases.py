"""Parts of sentences that pages, tables and the answer share."""

from collections.abc import Sequence

from reports.comparison.pairs import PairComparison
from search_spaces.cells import cell_name
from study.terminal.words import number_of

MANY = 0.1  # share of the runs above which what happened to them is said with the answer


def plural(count: int, unit: str) -> str:
    """So many searches or seeds."""
    if count == 1 or unit != "search":
        return number_of(count, unit)
    return f"{count:,} searches"


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names as a sentence has them: one, one and another, one, another and a third."""
    return f" {word} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def question(cells: Sequence[str], budget: str, dataset: str) -> str:
    """What is asked."""
    names = listed([cell_name(cell) for cell in cells], "or")
    more = "more" if len(cells) == 2 else "most"
    return f"At an equal budget of {budget}, which is {more} accurate on {dataset}: {names}?"


def confidence(comparison: PairComparison) -> str:
    """Of its interval: 95 %, or what looks and other pairs leave of it."""
    return f"{100 * (1 - comparison.level):.4g} %"
