"""The rule that turns an interval into an outcome, written down before the runs."""

from enum import StrEnum

from reports.comparison.estimate import FLOAT_NOISE, Interval


class Outcome(StrEnum):
    """How a comparison ends."""

    BETTER = "better"
    EQUIVALENT = "equivalent"
    NEGLIGIBLE = "negligible"
    UNDECIDED = "undecided"


def decide(
    difference: float, interval: Interval | None, equivalence: Interval | None, margin: float
) -> Outcome:
    """The rule; None decides nothing.

    A difference that is detected, smaller than the margin, and not shown to stay within it
    is undecided: it may or may not matter.

    Args:
        difference: As estimated.
        interval: Of confidence `1 - alpha`.
        equivalence: Of confidence `1 - 2 alpha`: two one-sided tests (Schuirmann 1987).
        margin: Smallest difference that matters.
    """
    if interval is None or equivalence is None:
        return Outcome.UNDECIDED
    detected, within = interval.excludes_zero(), equivalence.inside(margin)
    if detected and abs(difference) >= margin:
        return Outcome.BETTER
    if within:
        return Outcome.NEGLIGIBLE if detected else Outcome.EQUIVALENT
    return Outcome.UNDECIDED


def above(accuracy: float, majority: float) -> bool:
    """Whether it is above that of the majority class, and not by the last bits of a float."""
    return accuracy > majority + FLOAT_NOISE


def says_small(outcome: Outcome) -> bool:
    """Whether it claims that the difference does not matter."""
    return outcome in (Outcome.EQUIVALENT, Outcome.NEGLIGIBLE)
