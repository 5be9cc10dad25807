"""The answer for someone who decides: how far apart, how sure, what to do."""

from collections.abc import Sequence
from typing import NamedTuple

from reports.comparison.estimate import Interval
from reports.comparison.outcome import Outcome
from reports.comparison.pairs import PairComparison
from reports.comparison.verdict import Verdict
from reports.findings.answer import Answer
from reports.findings.confirmation import Range, cost_of, training_seconds
from reports.words.formatting import MINUS, interval, percent, points, shown_number
from reports.words.labels import unit_of
from reports.words.phrases import confidence, listed, plural
from reports.words.statement import outcome_of_all, tied
from search_spaces.cells import cell_name
from study.datasets.metric import Metric
from study.trials.record import StudyRecord

_SAME_TIME = 0.05  # share of the time to train below which two cells take as long


class Decision(NamedTuple):
    """A sentence or two on each."""

    difference: str
    sure: str
    again: str | None  # None where one search has nothing to predict from
    advice: str


def decision(record: StudyRecord, answer: Answer) -> Decision | None:
    """What the verdict means in practice; None before there is one."""
    verdict = answer.verdict
    if verdict is None:
        return None
    found = verdict.headline if verdict.headline.difference >= 0 else verdict.headline.reversed()
    return Decision(
        _difference(record, found),
        _sure(record, found, verdict),
        _again(found),
        " ".join(part for part in (_advice(record, answer, verdict), _linear(answer)) if part),
    )


def _difference(record: StudyRecord, found: PairComparison) -> str:
    first, second = (cell_name(cell) for cell in found.cells)
    size = f"{points(found.difference, limit=record.margin)} percentage points"
    if record.metric is not Metric.ACCURACY:
        return f"The {record.metric.display_name} of {first} is {size} above that of {second}."
    return f"{first} is right {size} more often than {second}."


def _sure(record: StudyRecord, found: PairComparison, verdict: Verdict) -> str:
    bounds, sure = found.interval, confidence(found)
    if verdict.outcome in {Outcome.EQUIVALENT, Outcome.NEGLIGIBLE}:
        bounds, sure = found.equivalence_interval, f"{100 * (1 - 2 * found.level):.4g} %"
    if bounds is None:
        return f"Not at all: one {unit_of(record)} shows nothing of luck, at least two do."
    first, second = (cell_name(cell) for cell in found.cells)
    where = f"{_between(bounds, first, second)} ({sure} confidence)"
    margin = points(verdict.margin)
    match verdict.outcome:
        case Outcome.BETTER:
            return f"That {first} is ahead of {second} is shown: the true difference is {where}."
        case Outcome.NEGLIGIBLE:
            return f"That {first} is ahead, but by less than {margin} points, is shown: {where}."
        case Outcome.EQUIVALENT:
            return f"That the difference is below {margin} points is shown: it is {where}."
        case Outcome.UNDECIDED:
            return f"Neither is shown to be ahead: the true difference is {where}."


def _again(found: PairComparison) -> str | None:
    if found.prediction is None:
        return None
    where = _between(found.prediction, *(cell_name(cell) for cell in found.cells))
    return (
        f"The same study with other seeds, on the same test examples, would find {where} "
        "(95 % prediction)."
    )


def _between(bounds: Interval, first: str, second: str) -> str:
    """Of a difference of which the first is ahead."""
    low, high = (bound.removeprefix(MINUS) for bound in interval(bounds).split(" to "))
    if bounds.low >= 0:
        return f"between {low} and {high} points"
    return f"between {low} points in favour of {second} and {high} in favour of {first}"


def _advice(record: StudyRecord, answer: Answer, verdict: Verdict) -> str:
    if verdict.below_majority:
        names = listed([cell_name(cell) for cell in verdict.below_majority])
        return f"Choose nothing by this: {names} learned nothing from these data."
    outcome, alike = outcome_of_all(verdict), tied(verdict)
    times = _times(answer)
    if outcome is Outcome.BETTER:
        return f"Take {cell_name(alike[0])}{_price(alike[0], verdict, times)}"
    names, quick = listed([cell_name(cell) for cell in alike]), _quickest(alike, times)
    if outcome is not Outcome.UNDECIDED:
        return f"Take either of {names}: their difference does not matter.{quick}"
    return f"Accuracy does not decide between {names} yet.{_more(record, verdict)}{quick}"


def _more(record: StudyRecord, verdict: Verdict) -> str:
    """What would decide it."""
    needed = verdict.searches_needed
    if needed is None:
        return ""
    return f" {plural(needed, unit_of(record)).capitalize()} in all would probably do so."


def _times(answer: Answer) -> dict[str, Range]:
    """Seconds of training at the budget that was asked for, by cell."""
    asked = answer.budgets[0]
    costs = {cell: cost_of(asked, cell, training_seconds) for cell in asked.answers.runs}
    return {cell: cost for cell, cost in costs.items() if cost}


def _told_apart(first: Range, second: Range) -> bool:
    """Whether every training of one took longer than any of the other."""
    return first.high < second.low or second.high < first.low


def _spread(cells: Sequence[str], times: dict[str, Range]) -> str:
    """How long a training takes, where no share of the time says it."""
    told = [
        f"{cell_name(cell)} {shown_number(found.low, 2)} to {shown_number(found.high, 2)} s"
        for cell in cells
        if (found := times[cell])
    ]
    return f"Trainings took {listed(told)}."


def _price(cell: str, verdict: Verdict, times: dict[str, Range]) -> str:
    """What the better cell costs beside the next best."""
    other = next(each for each in verdict.cells if each != cell)
    if not {cell, other} <= times.keys():
        return "."
    ratio = times[cell].middle / times[other].middle - 1
    if abs(ratio) < _SAME_TIME:
        return f"; it trains about as fast as {cell_name(other)}."
    if not _told_apart(times[cell], times[other]):
        return f". {_spread((cell, other), times)}"
    if ratio < 0:
        return f", which trains faster, too: in {percent(-ratio, 0)} less time."
    return f", unless training time counts for more: it takes {percent(ratio, 0)} longer."


def _quickest(cells: list[str], times: dict[str, Range]) -> str:
    """Which of the cells trains fastest, and by how much."""
    if len(cells) < 2 or not {*cells} <= times.keys():
        return ""
    first, second, *_ = sorted(cells, key=lambda cell: times[cell].middle)
    saved = 1 - times[first].middle / times[second].middle
    if saved < _SAME_TIME:
        return " They train about equally fast."
    if not _told_apart(times[first], times[second]):
        return f" {_spread((first, second), times)}"
    return f" {cell_name(first)} trains in {percent(saved, 0)} less time."


def _linear(answer: Answer) -> str:
    """Where no cell beats it."""
    linear = answer.linear
    if linear is None or not linear.unbeaten:
        return ""
    if linear.nearest.difference > 0:
        return (
            "But no cell is shown to beat a linear model of the same data, which costs next to "
            "nothing."
        )
    return (
        "But a linear model of the same data does better than any cell "
        f"({percent(linear.accuracy)}), and costs next to nothing: begin with that."
    )
