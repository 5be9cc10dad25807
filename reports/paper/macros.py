"""The figures of the verdict as LaTeX commands, so that a text never repeats a number by hand."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.comparison.estimate import Interval
from reports.paper.sizes import DECIMALS, span
from reports.paper.tex import UNICODE, letters, tex
from reports.words.formatting import NOTHING, count, interval, p_value, percent, points
from search_spaces.cells import cell_name

_HEAD = """\
% Figures of the study {study}, by isoparam {version}, from its summary.json.
% Accuracies are in percent, differences in percentage points, first cell minus second. Limits of
% intervals are rounded outwards, p-values up.
% Two studies in one text: read each file in a group, {{\\input{{...}} ...}}.
{unicode}
"""
_NAMES = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
          "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen")  # fmt: skip


def macros(told: Mapping[str, Any]) -> str:
    """The commands of a summary.

    Args:
        told: As `reports.exports.summary` gives it. What it has not is a dash.
    """
    head = _HEAD.format(study=_comment(told["study"]), version=told["version"], unicode=UNICODE)
    commands = dict(_commands(told))
    return head + "".join(
        f"\\newcommand{{\\iso{name}}}{{{tex(text)}}}\n" for name, text in commands.items()
    )


def _comment(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _commands(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _study(told)
    yield from _plans(told)
    yield from _verdict(told["verdict"] or {})
    yield from _mean(told["mean_over_budgets"] or {})
    shares = told["variance_shares"] or {}
    for of in ("search", "seed", "examples"):
        yield f"Share{of.capitalize()}", _percent(shares.get(of), 0)
    scope, margin = told["budget"]["scope"], (told["verdict"] or {}).get("margin")
    for place, budget in zip(_NAMES, told["budgets"], strict=False):
        yield from _budget(f"Budget{place}", budget, margin)
        yield from _sizes(f"Budget{place}", budget, f"{scope}_params")


def _study(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    data, trials = told["dataset"], told["trials"]
    yield "Study", told["study"]
    yield "Version", told["version"]
    yield "Data", data["name"]
    for split in ("train", "validation", "test"):
        yield f"{split.capitalize()}Examples", count(data[split])
    yield "Classes", count(len(data["classes"]))
    yield "MajorityAccuracy", _percent(data["majority_baseline"], 2)
    yield "BudgetLimit", count(told["budget"]["limit"])
    yield "BudgetScope", told["budget"]["scope"]
    yield "Searches", count(told["searches"]["complete"])
    yield "Looks", count(len(told["searches"]["looks"]))
    yield "Trials", count(trials["planned"])
    for ended in ("complete", "pruned", "failed"):
        yield f"Trials{ended.capitalize()}", count(trials[ended])


def _plans(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Of the first, which no later one replaces."""
    first: Mapping[str, str] = next(iter(told["plans"]), {})
    yield "PlanDigest", first.get("sha256", NOTHING)
    yield "PlanDate", first.get("stored", NOTHING)[:10]
    yield "PlanTime", first.get("stored", NOTHING)[:19].replace("T", " ")


def _verdict(verdict: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    first, second = verdict.get("cells", (None, None))
    margin, needed = verdict.get("margin"), verdict.get("searches_needed")
    yield "FirstCell", _cell(first)
    yield "SecondCell", _cell(second)
    yield "Outcome", verdict.get("outcome", NOTHING)
    yield "Winner", _cell(verdict.get("winner"))
    yield "Difference", _points(verdict.get("difference"), margin)
    yield from _bounds("Difference", verdict.get("interval"))
    yield from _bounds("Prediction", verdict.get("prediction"))
    yield "Margin", NOTHING if margin is None else points(margin)
    yield "Level", NOTHING if not verdict else f"{100 * verdict['alpha']:.3g}"
    yield "SearchesNeeded", NOTHING if needed is None else count(needed)


def _mean(mean: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    homogeneity = mean.get("homogeneity_p")
    yield "MeanDifference", _points(mean.get("difference"))
    yield from _bounds("MeanDifference", mean.get("interval"))
    yield "MeanOutcome", mean.get("outcome", NOTHING)
    yield "HomogeneityP", NOTHING if homogeneity is None else p_value(homogeneity)


def _sizes(name: str, budget: Mapping[str, Any], counted: str) -> Iterator[tuple[str, str]]:
    """Of what was compared; a span where the searches' winners differ."""
    for cell, measured in budget.items():
        if isinstance(measured, Mapping):
            of_cell = f"{name}{letters(_cell(cell))}"
            yield f"{of_cell}Units", span(measured["units"])
            yield f"{of_cell}Parameters", span(measured[counted])


def _budget(
    name: str, budget: Mapping[str, Any], margin: float | None
) -> Iterator[tuple[str, str]]:
    yield f"{name}Limit", count(budget["limit"])
    for cell, measured in budget.items():
        if isinstance(measured, Mapping):
            accuracy = f"{name}{letters(_cell(cell))}Accuracy"
            yield accuracy, _percent(measured["accuracy"], 2)
            yield from _bounds(accuracy, measured["accuracy_interval"])
    for found in budget["comparisons"]:
        pair = "Minus".join(letters(_cell(cell)) for cell in found["cells"])
        yield f"{name}{pair}", _points(found["difference"], margin)
        yield from _bounds(f"{name}{pair}", found["interval"])
        p = found["p_value"]
        yield f"{name}{pair}P", NOTHING if p is None else p_value(p)


def _bounds(name: str, bounds: Any) -> Iterator[tuple[str, str]]:
    low, high = interval(Interval(*bounds), DECIMALS).split(" to ") if bounds else [NOTHING] * 2
    yield f"{name}Low", low
    yield f"{name}High", high


def _cell(cell: str | None) -> str:
    return NOTHING if cell is None else cell_name(cell)


def _percent(fraction: float | None, decimals: int) -> str:
    return NOTHING if fraction is None else percent(fraction, decimals).removesuffix(" %")


def _points(difference: float | None, margin: float | None = None) -> str:
    return NOTHING if difference is None else points(difference, DECIMALS, margin or 0.0)
