"""The verdict in sentences."""

from collections.abc import Callable
from dataclasses import dataclass

from reports.comparison.estimate import Estimate, Interval
from reports.comparison.power import MOST_SEEDS
from reports.comparison.verdict import Outcome, Verdict
from reports.words import formatting
from study.terminal.words import number_of


@dataclass(frozen=True)
class Statement:
    """A verdict in plain words.

    Attributes:
        claim: What it comes to.
        grounds: The figures in parentheses, and what would decide what is undecided; empty
            where there are none.
    """

    claim: str
    grounds: str = ""

    def __str__(self) -> str:
        return f"{self.claim} {self.grounds}".rstrip()


def statement(verdict: Verdict, dataset: str, label: Callable[[str], str] = str.upper) -> Statement:
    """The verdict in plain words; `label` turns a cell into the name to print."""
    first, second = (label(cell) for cell in verdict.cells)
    overall = verdict.overall
    if overall is None:
        return Statement(f"No confirmed runs compare {first} with {second} on {dataset}.")
    ahead, behind = (first, second) if overall.value >= 0 else (second, first)
    size = formatting.points(abs(overall.value), limit=verdict.margin)
    margin = formatting.points(verdict.margin)
    match verdict.outcome:
        case Outcome.BETTER:
            return Statement(
                f"At equal size {ahead} is more accurate than {behind} on {dataset} "
                f"by {size} points",
                f"({_lead(verdict, overall)}).",
            )
        case Outcome.NEGLIGIBLE:
            return Statement(
                f"At equal size {ahead} is more accurate than {behind} on {dataset}, but only by "
                f"{size} points, which is negligible: less than {margin}",
                f"({_lead(verdict, overall)}).",
            )
        case Outcome.EQUIVALENT:
            return Statement(
                f"At equal size {first} and {second} are equally accurate on {dataset} to within "
                f"{margin} points",
                f"({first} minus {second}: "
                f"{_difference(verdict, overall, verdict.equivalence_interval, 90)}).",
            )
        case Outcome.UNDECIDED:
            return Statement(
                f"At equal size it is undecided whether {first} or {second} is more accurate on "
                f"{dataset}",
                f"({first} minus {second}: "
                f"{_difference(verdict, overall, verdict.interval, 95)}). {_remedy(verdict)}",
            )


def _lead(verdict: Verdict, overall: Estimate) -> str:
    """The interval of the leader's lead, and the seeds."""
    bounds = verdict.interval
    if bounds is not None and overall.value < 0:
        bounds = bounds.negated()
    return f"{_interval(bounds, 95)}, {_seeds(overall)}"


def _difference(
    verdict: Verdict, overall: Estimate, bounds: Interval | None, confidence: int
) -> str:
    """First minus second, its interval, and the seeds."""
    shown = formatting.points(overall.value, limit=verdict.margin)
    return f"{shown} points, {_interval(bounds, confidence)}, {_seeds(overall)}"


def _interval(bounds: Interval | None, confidence: int) -> str:
    if bounds is None:
        return "no interval"
    return f"{confidence} % interval {formatting.interval(bounds)}"


def _seeds(overall: Estimate) -> str:
    fewest, most, budgets = min(overall.seeds), max(overall.seeds), len(overall.seeds)
    span = "" if fewest == most else f"{fewest} to "
    where = "one budget" if budgets == 1 else f"each of {budgets} budgets"
    return f"{span}{number_of(most, 'seed')} at {where}"


def _remedy(verdict: Verdict) -> str:
    """What would decide it."""
    if verdict.overall is not None and min(verdict.overall.seeds) < 2:
        return "One seed at a budget shows no spread: run several."
    if verdict.interval is None:
        return "Every seed gave the same difference, so that its spread is unknown."
    if verdict.seeds_needed is None:
        return (
            f"Not even {formatting.count(MOST_SEEDS)} seeds would be likely to decide it: the "
            "test split is too small, or the difference too near the margin."
        )
    return (
        f"About {verdict.seeds_needed} seeds at each budget would probably (80 %) decide it, if "
        "the difference is as measured."
    )
