"""Shares of variance, against the components that studies were drawn with."""

import numpy as np
import pytest

from reports.comparison.moments import Moments, difference
from reports.comparison.runs import BudgetRuns
from reports.comparison.shares import VarianceShares, variance_shares

CELLS = ("a", "b")


def shares(
    random: np.random.Generator, search: float, seed: float, shape: tuple[int, int, int]
) -> VarianceShares | None:
    """Of a study whose searches and seeds differ by so much, on examples of two kinds."""
    searches, _, examples = shape
    effects = random.normal(0, search, (searches, 1, 1)) + random.normal(0, seed, (*shape[:2], 1))
    taste = np.where(random.random(examples) < 0.5, 0.2, -0.2)
    first = random.random(shape) < 0.5 + (effects + taste) / 2
    second = random.random(shape) < 0.5 - (effects + taste) / 2
    runs = BudgetRuns(1_000, {"a": first, "b": second})
    weights = np.ones(examples)
    crossed = Moments([runs], weights).crossed(difference(1_000, CELLS))
    return variance_shares(runs, CELLS, weights, crossed)


def test_shares_are_those_of_the_drawn_components() -> None:
    random = np.random.default_rng(0)
    search, seed, seeds, examples = 0.03, 0.04, 2, 500
    found = [shares(random, search, seed, (80, seeds, examples)) for _ in range(60)]
    known = [each for each in found if each is not None]
    assert len(known) == 60
    # Shared: taste 0.2 to either side. An answer's own variance is 1/2 less what moves its mean.
    noise = (0.5 - (0.2**2 + search**2 + seed**2) / 2) / seeds
    expected = (search**2, seed**2 / seeds, (0.2**2 + noise) / examples)
    squares = np.mean([np.square(each.deviations) for each in known], axis=0)
    assert squares == pytest.approx(expected, rel=0.1)
    for each in known:
        assert each.search + each.seed + each.examples == pytest.approx(1)
        assert min(each.search, each.seed, each.examples) >= 0


def test_without_luck_of_search_and_seed_all_is_the_examples() -> None:
    found = shares(np.random.default_rng(1), 0.0, 0.0, (200, 4, 400))
    assert found is not None
    assert found.examples > 0.9


@pytest.mark.parametrize("shape", [(1, 3, 50), (5, 1, 50), (3, 3, 1)])
def test_what_cannot_be_told_apart_has_no_shares(shape: tuple[int, int, int]) -> None:
    assert shares(np.random.default_rng(0), 0.01, 0.01, shape) is None
