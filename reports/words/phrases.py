"""Parts of sentences that pages, tables and the answer share, and what an answer rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reports.comparison.pairs import PairComparison
from search_spaces.cells import cell_name
from study.terminal.words import number_of

MANY = 0.1  # share of the runs above which what happened to them is said with the answer


@dataclass(frozen=True)
class Basis:
    """What an answer rests on.

    Attributes:
        on: On which data it was asked, as `on_data` says it.
        cells: In the study's order.
        searches: That count at the budget that was asked for.
        trials: Of one search; 0 where the candidates were given, and a search is one seed.
        seeds: Of each cell at each budget of a search.
        failures: By cell: runs that failed, and runs that ended.
        capped: By cell: complete runs that the cap on epochs ended.
    """

    on: str
    scope: str
    cells: tuple[str, ...]
    searches: int
    trials: int
    seeds: int
    failures: Mapping[str, tuple[int, int]]
    capped: Mapping[str, int] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """What is repeated."""
        return "search" if self.trials else "seed"

    @property
    def units(self) -> str:
        """Several of them."""
        return "searches" if self.trials else "seeds"

    @property
    def repetitions(self) -> str:
        """What was repeated how often."""
        if not self.trials:
            return number_of(self.searches, "seed")
        return (
            f"{plural(self.searches, 'search')} of {number_of(self.trials, 'trial')}, "
            f"{number_of(self.seeds, 'seed')} each"
        )


def plural(count: int, unit: str) -> str:
    """So many searches or seeds."""
    if count == 1 or unit != "search":
        return number_of(count, unit)
    return f"{count:,} searches"


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names as a sentence has them: one, one and another, one, another and a third."""
    return f" {word} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def question(cells: Sequence[str], budget: str, on: str) -> str:
    """What is asked; on which data, as `on_data` says it."""
    names = listed([cell_name(cell) for cell in cells], "or")
    more = "more" if len(cells) == 2 else "most"
    return f"At an equal budget of {budget}, which is {more} accurate {on}: {names}?"


def confidence(comparison: PairComparison) -> str:
    """Of its interval: 95 %, or what looks and other pairs leave of it."""
    return f"{100 * (1 - comparison.level):.4g} %"
