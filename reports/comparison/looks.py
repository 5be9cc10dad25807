"""Looking at the verdict more than once, at a chance of false alarms that was set beforehand.

Each look tests at a nominal level such that the chance of any false alarm up to it follows a
spending function of the searches done (Lan & DeMets 1983, Biometrika 70). The chances are those
of Student's t at small numbers of searches, not of its normal limit.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, Protocol

import numpy as np
from scipy import special

OVERALL = 0.05
"""Two-sided chance of any false alarm over all looks of a plan."""

POWER = 2.0
"""Of the share of the planned searches: how the chance is spent (Kim & DeMets 1987, Biometrika 74).

With 4 to 12 searches the last interval is 18 % wider than that of one look at 12, and a study
ends after 5.9 searches where a difference of two standard deviations is true; with power 1, which
is near Pocock's boundary, 31 % and 5.4; with 3, near O'Brien and Fleming's, 13 % and 6.4.
"""

_BINS = 1_000
_TURNS = 400


class PlannedLook(Protocol):
    """A look at the verdict after so many searches, of `least` to `most` then planned."""

    @property
    def searches(self) -> int: ...
    @property
    def least(self) -> int: ...
    @property
    def most(self) -> int: ...


class LookLevel(NamedTuple):
    """What the last of some looks may claim."""

    alpha: float  # its two-sided nominal level
    overall: float  # chance of any false alarm over all looks made and planned
    extended: bool  # whether the study went on after its plan had ended


class _Look(NamedTuple):
    searches: int
    least: int
    most: int


@cache
def look_levels(least: int, most: int) -> tuple[float, ...]:
    """The two-sided nominal level of each look: after `least` searches, and each one to `most`."""
    return levels_of(planned_looks(least, most))


def level_of(looks: Sequence[PlannedLook]) -> LookLevel:
    """The level of the last look, given those before it.

    A look at no more searches than one before is that look again. What a plan has not spent
    when it is changed before its end is spent over what is then planned. Going on after its end
    adds half of what the plan before was allowed, and then half of that: at most twice 5 % in all.

    Args:
        looks: In the order in which they were made, at least one.
    """
    levels, overall, extended = _levels(looks)
    return LookLevel(levels[-1], overall, extended)


def overall_after(level: LookLevel, last: PlannedLook) -> float:
    """The chance of any false alarm over all looks if a study goes on after its last look.

    As `level_of` would have it: before the end of a plan, or after one search, nothing is added;
    after it half of what was added last, and that much is left to twice 5 %.
    """
    if last.searches < last.most or last.searches < 2:
        return level.overall
    return (level.overall + 2 * OVERALL) / 2


def levels_of(looks: Sequence[PlannedLook]) -> tuple[float, ...]:
    """The level of every one of these looks, as `level_of` has it for the last."""
    return tuple(_levels(looks)[0])


def planned_looks(
    least: int, most: int, made: Sequence[PlannedLook] = ()
) -> tuple[PlannedLook, ...]:
    """The looks that were made, and those that a plan has after them."""
    done = max((look.searches for look in made), default=0)
    return (*made, *(_Look(n, least, most) for n in range(least, most + 1) if n > done))


def _levels(looks: Sequence[PlannedLook]) -> tuple[list[float], float, bool]:
    """The level of every look, the overall chance, and whether a plan was extended."""
    walk = _Walk()
    levels: list[float] = []
    spent = begun = 0.0  # chance and searches where the present plan begins
    done, allowed, added = 0.0, OVERALL, OVERALL
    last: PlannedLook | None = None
    for look in looks:
        if last is not None and look.searches <= last.searches:
            levels.append(levels[-1])
            continue
        if last is not None and last.searches >= last.most:
            added /= 2
            allowed += added
        if last is not None and (last.searches >= last.most or look.most != last.most):
            spent, begun = done, last.searches
        share = min(1.0, (look.searches - begun) / (max(look.most, look.searches) - begun))
        planned = spent + (allowed - spent) * share**POWER
        if look.searches < 2:  # one search has no interval, and cannot raise an alarm
            levels.append(planned)
            continue
        levels.append(walk.look(look.searches, planned - done))
        done = planned
        last = look
    return levels, allowed, added < OVERALL


class _Walk:
    """Student's t of a growing sample of normals, between the looks that it has not crossed.

    With c = mean(x) sqrt(n) / |x|, t = c sqrt((n - 1) / (1 - c^2)). As |x| tells nothing of the
    c of the sample and those before it (Basu), c is a Markov chain: one more normal, which is
    tan(turn) |x| with density cos(turn)^(n - 1), makes it
    (c sqrt(n) cos(turn) + sin(turn)) / sqrt(n + 1). Its distribution is held in bins of
    arcsin |c|, which are equally likely at n = 2.
    """

    def __init__(self) -> None:
        self._n = 2
        self._edges = np.linspace(0, np.pi / 2, _BINS + 1)
        self._mass = np.full(_BINS, 1 / _BINS)

    def look(self, n: int, chance: float) -> float:
        """The two-sided nominal level at `n` values that is crossed with `chance`."""
        while self._n < n:
            self._advance()
        beyond = np.append(np.cumsum(self._mass[::-1])[::-1], 0.0)  # at each edge
        angle = float(np.interp(-chance, -beyond, self._edges))
        first = self._mass.sum() > 1 - 1e-9
        kept = np.clip((angle - self._edges[:-1]) / np.diff(self._edges), 0, 1)
        self._mass = self._mass * kept
        t = np.tan(angle) * np.sqrt(n - 1)
        return chance if first else float(2 * special.stdtr(n - 1, -t))

    def _advance(self) -> None:
        n = self._n
        middles = (self._edges[:-1] + self._edges[1:]) / 2
        turns = (np.arange(_TURNS) + 0.5) / _TURNS * np.pi - np.pi / 2
        density = np.cos(turns) ** (n - 1)
        cosines = np.outer(np.sin(middles) * np.sqrt(n), np.cos(turns)) + np.sin(turns)
        angles = np.arcsin(np.minimum(np.abs(cosines) / np.sqrt(n + 1), 1.0))
        bins = np.minimum((angles * (_BINS / (np.pi / 2))).astype(np.intp), _BINS - 1)
        weights = np.outer(self._mass, density / density.sum())
        self._mass = np.bincount(bins.ravel(), weights.ravel(), _BINS)
        self._n = n + 1
