"""How a verdict will be reached, as it can be declared before there are any results."""

from collections.abc import Sequence
from typing import Any

from reports.comparison.looks import OVERALL, POWER, PlannedLook, levels_of, planned_looks

_RULE = {
    "difference": "the mean over the searches of the first cell's accuracy minus the second's",
    "interval": "over searches and test examples as crossed random effects, at the look's level",
    "better": "the interval excludes zero, and the difference is at least the margin",
    "negligible": "the interval excludes zero, and that of two one-sided tests lies within the "
    "margin",
    "equivalent": "the interval includes zero, and that of two one-sided tests lies within the "
    "margin",
    "undecided": "anything else, or a cell that is not above the majority baseline where a small "
    "difference would be claimed, or that completed no run",
    "failures": "a run that fails answers every test example with the class most frequent in "
    "training",
    "pairs": "of more than two cells, Holm's procedure over all pairs at a budget",
    "headline": "at the largest budget; of more than two cells, the most accurate against the next",
    "end": "between the least and the most searches, the first look that is not undecided",
}


def declaration(
    margin: float, least: int, most: int, made: Sequence[PlannedLook]
) -> dict[str, Any]:
    """The rule, and the levels of all looks, as plain values for JSON.

    Args:
        margin: Smallest difference that matters, a fraction.
        least, most: Planned searches; the verdict is looked at after each from the least on.
        made: Looks that were made before.
    """
    looks = planned_looks(least, most, made)
    return {
        "margin_points": round(100 * margin, 9),
        "alpha": OVERALL,
        "spending": f"the square of the share of searches done (power {POWER:g})",
        # Rounded: other processors differ in the last digits.
        "looks": [
            {"searches": look.searches, "level": round(level, 6)}
            for look, level in zip(looks, levels_of(looks), strict=True)
        ],
        "rule": _RULE,
    }
