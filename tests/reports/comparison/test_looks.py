"""Levels of looks, against simulated t-statistics."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import special

from reports.comparison.looks import OVERALL, level_of, look_levels, overall_after

STUDIES = 100_000


class Look(NamedTuple):
    searches: int
    least: int
    most: int


def plan(least: int, most: int) -> list[Look]:
    return [Look(searches, least, most) for searches in range(least, most + 1)]


def levels(looks: list[Look]) -> list[float]:
    return [level_of(looks[: number + 1]).alpha for number in range(len(looks))]


def alarms(looks: list[Look], at: list[float]) -> list[float]:
    """Share of studies of equal cells with a false alarm at a look or before."""
    values = np.random.default_rng(looks[-1].searches).standard_normal((STUDIES, 16))
    alarmed = np.zeros(STUDIES, np.bool_)
    shares = []
    for (searches, *_), level in zip(looks, at, strict=True):
        sample = values[:, :searches]
        t = sample.mean(axis=1) / sample.std(axis=1, ddof=1) * np.sqrt(searches)
        alarmed |= np.abs(t) > special.stdtrit(searches - 1, 1 - level / 2)
        shares.append(float(alarmed.mean()))
    return shares


def about(share: float) -> object:
    """Within 3.5 standard errors of the simulation."""
    return pytest.approx(share, abs=3.5 * float(np.sqrt(share * (1 - share) / STUDIES)))


@pytest.mark.parametrize(("least", "most"), [(2, 5), (3, 12), (4, 12), (4, 4), (6, 16)])
def test_false_alarms_follow_the_spending_function(least: int, most: int) -> None:
    looks = plan(least, most)
    shares = alarms(looks, list(look_levels(least, most)))
    assert shares[0] == about(OVERALL * (least / most) ** 2)
    assert shares[-1] == about(OVERALL)


def test_the_level_of_the_last_look_is_the_plans() -> None:
    assert levels(plan(4, 8)) == pytest.approx(look_levels(4, 8))
    last = level_of(plan(4, 8))
    assert last.alpha == pytest.approx(look_levels(4, 8)[-1])
    assert (last.overall, last.extended) == (OVERALL, False)


def test_one_look_has_the_whole_chance() -> None:
    assert look_levels(5, 5) == (OVERALL,)


def test_a_look_that_was_missed_leaves_its_chance_to_the_next() -> None:
    looks = [look for look in plan(4, 12) if look.searches in {5, 9, 12}]
    at = levels(looks)
    assert at[-1] > look_levels(4, 12)[-1]
    assert alarms(looks, at)[-1] == about(OVERALL)


def test_a_look_again_at_the_same_searches_is_that_look() -> None:
    once = plan(4, 12)[:2]
    again = [once[0], once[0], once[1], Look(5, 4, 20)]
    assert levels(again) == [levels(once)[0]] * 2 + [levels(once)[1]] * 2


def test_a_plan_changed_before_its_end_spends_no_more() -> None:
    looks = [*plan(4, 12)[:2], *(Look(n, 4, 16) for n in range(6, 17))]
    found = level_of(looks)
    assert (found.overall, found.extended) == (OVERALL, False)
    assert alarms(looks, levels(looks))[-1] == about(OVERALL)


def test_going_on_after_the_end_is_stricter_and_says_what_it_costs() -> None:
    looks = [Look(4, 4, 4), *plan(5, 8), Look(12, 12, 12)]
    at = levels(looks)
    shares = alarms(looks, at)
    for number, overall in ((1, 0.05), (5, 0.075), (6, 0.0875)):
        found = level_of(looks[:number])
        assert found.overall == pytest.approx(overall)
        assert found.extended is (number > 1)
        assert shares[number - 1] == about(overall)
    assert max(at[1:]) < at[0]


def test_the_cost_of_going_on_is_known_before() -> None:
    for looks in (
        [Look(4, 4, 4)],
        plan(4, 12)[:2],
        [Look(1, 1, 1)],
        [Look(4, 4, 4), Look(6, 6, 6)],
    ):
        after = level_of([*looks, Look(9, 9, 9)]).overall
        assert overall_after(level_of(looks), looks[-1]) == pytest.approx(after)


def test_one_search_raises_no_alarm_and_spends_nothing() -> None:
    looks = plan(1, 4)
    assert levels(looks) == pytest.approx(look_levels(1, 4))
    assert alarms(looks[1:], levels(looks)[1:])[-1] == about(OVERALL)


def test_going_on_after_one_search_costs_nothing() -> None:
    found = level_of([Look(1, 1, 1), Look(4, 4, 4)])
    assert found == (OVERALL, OVERALL, False)
