"""What a plan says of ranges, sampling, pruning and matching: names alone would pin nothing."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from search_spaces.matching import TOLERANCE_PERCENT, match
from search_spaces.spaces import SpaceName, ranges_of
from study.question.plan import StudyPlan
from study.question.sampler_name import SamplerName
from study.trials.sampler import BEGINNINGS, GAIN, WARMUP_LOOKS

_VERSIONS = ("keras", "optuna")
_WIDE = {
    "layers": [1, 2],
    "directions": [1, 2],
    "batch_size": [32, 64, 128],
}
_SIZES = (
    "a cell's size at a budget lies above the next smaller budget, a quarter of it, and within the "
    "budget itself, on a logarithmic scale"
)
_EMBEDDING = "from 4 to twice the default width, within the budget, on a logarithmic scale"
_POINTS = {
    SamplerName.QMC: "scrambled Sobol points",
    SamplerName.RANDOM: "uniform random points",
}
_MATCHING = (
    "the winners are trained at the largest widths within the budget, by the sum of the cells' "
    f"parameters, that differ by at most {TOLERANCE_PERCENT} % of the largest; where there are "
    "none, at those of the smallest relative difference"
)
_WINNER = (
    "the complete trial of lowest validation loss of a search, cell and budget, the first of equals"
)


def rules(plan: StudyPlan, environment: Mapping[str, str]) -> dict[str, Any]:
    """What the search is and how sizes are matched, as plain values for JSON.

    Args:
        environment: Versions by package, as the study's first training has or will have them.
    """
    packages = (*_VERSIONS, environment.get("backend", ""))
    return {
        "space": _space(plan),
        "sampling": _sampling(plan.settings.search.sampler),
        "pruning": _PRUNING if plan.settings.search.pruning else "none",
        "winner": _WINNER,
        "matching": {"rule": _MATCHING, "sizes": _matched(plan)},
        "versions": {name: environment[name] for name in packages if name in environment},
    }


def _space(plan: StudyPlan) -> dict[str, Any]:
    name = plan.settings.search.space
    told: dict[str, Any] = {"size": _SIZES}
    told |= {one: asdict(within) for one, within in ranges_of(name).items()}
    if name is SpaceName.WIDE:
        told |= _WIDE
        if plan.settings.question.budget_scope == "model" and plan.task.has_embedding:
            told["embedding"] = _EMBEDDING
    return told


def _sampling(sampler: SamplerName) -> str:
    if sampler is SamplerName.KERAS_TUNER_HYPERBAND:
        return (
            f"{sampler.words} over the trials of one search, cell and budget: three of a third of "
            "the epochs, the best of them again with all, then two more with all; and again"
        )
    if sampler in _POINTS:
        return f"{_POINTS[sampler]}, the same for all cells of a search"
    return (
        "scrambled Sobol points, the same for all cells of a search, until "
        f"{BEGINNINGS} trials of that cell in that search have ended; from then on "
        f"{sampler.words} from these trials only, each measured against its budget's median, "
        "chooses all but the size, which goes on by Sobol points"
    )


_PRUNING = (
    f"from look {WARMUP_LOOKS} on a trial is stopped where {GAIN:g} times what the second half of "
    "its looks gained in validation loss would not bring it to the best complete trial of its "
    "search, cell and budget"
)


def _matched(plan: StudyPlan) -> dict[str, dict[str, dict[str, int]]]:
    """Of one layer in one direction, which the widest space alone departs from."""
    shapes = [plan.space.narrowest(cell) for cell in plan.cells]
    found = {}
    for budget in plan.ladder():
        matched = match(shapes, budget, plan.task)
        found[str(budget.limit)] = {
            str(one.cell): {"units": one.units, "parameters": count}
            for one, count in zip(matched.candidates, matched.counts, strict=True)
        }
    return found
