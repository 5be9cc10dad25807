"""Matched widths are the largest: held against a search over all."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces import Budget, BudgetError, Candidate, Cell, Matched, Task, match
from search_spaces.cells import BUILT_IN
from search_spaces.matching import Sizes, size_warnings

TASK = Task(vocabulary=100, classes=2, embedding=8)


def shape(cell: Cell, embedding: int) -> Candidate:
    return Candidate(cell=cell, units=1, embedding=embedding)


def counts(cell: Cell, embedding: int, limit: int) -> np.ndarray:
    counted = (cell.parameters(embedding, units) for units in itertools.count(1))
    return np.array(list(itertools.takewhile(lambda count: count <= limit, counted)))


def brute_force(cells: Sequence[Cell], embedding: int, limit: int) -> tuple[int, float, bool]:
    """Sum of counts, relative difference, and whether within 1 %, of the best of all."""
    counted = np.meshgrid(*(counts(cell, embedding, limit) for cell in cells), indexing="ij")
    largest, smallest = np.maximum.reduce(counted), np.minimum.reduce(counted)
    apart, sums = (largest - smallest) / largest, np.add.reduce(counted)
    near = 100 * (largest - smallest) <= largest
    if near.any():
        best = sums[near].max()
        return int(best), float(apart[near & (sums == best)].min()), True
    nearest = apart.min()
    return int(sums[apart == nearest].max()), float(nearest), False


def agrees_with_brute_force(cells: Sequence[Cell], embedding: int, limit: int) -> None:
    if any(cell.parameters(embedding, 1) > limit for cell in cells):
        return
    matched = match([shape(cell, embedding) for cell in cells], Budget(limit), TASK)
    total, difference, near = brute_force(cells, embedding, limit)
    assert matched.within_tolerance is near
    assert matched.relative_difference == pytest.approx(difference)
    assert sum(matched.counts) == total


def test_sizes_far_below_the_budget_or_only_nearest_are_told() -> None:
    good = Sizes(20_736, (19_592, 19_440), (22_139, 22_117), within_tolerance=True)
    assert size_warnings([good]) == []
    small = Sizes(2_000, (440, 432, 434), (540, 600, 530), within_tolerance=False)
    used, apart, whole = size_warnings([good, small])
    assert "less than 90 % of the budget of 2,000 (432 to 440 parameters, 21 %)" in used
    assert "exist at 2,000 (1.8 % apart): the nearest are compared" in apart
    assert "more than 5 % at 2,000 (530 to 600 parameters)" in whole


@settings(max_examples=200, deadline=None)
@given(st.permutations(BUILT_IN), st.integers(8, 300), st.integers(200, 500_000))
def test_two_cells_agree_with_all_pairs(cells: list[Cell], embedding: int, limit: int) -> None:
    agrees_with_brute_force(cells[:2], embedding, limit)


@settings(max_examples=100, deadline=None)
@given(st.permutations(BUILT_IN), st.integers(8, 100), st.integers(200, 20_000))
def test_three_cells_agree_with_all_triples(cells: list[Cell], embedding: int, limit: int) -> None:
    agrees_with_brute_force(cells[:3], embedding, limit)


@pytest.mark.parametrize(
    ("limit", "units", "equal"),
    [
        (131_584, (128, 154), False),
        (167_400, (150, 180), True),
        (188_568, (162, 194), True),
    ],
)
def test_known_pairs(limit: int, units: tuple[int, int], equal: bool) -> None:
    matched = match([shape(Cell.LSTM, 128), shape(Cell.GRU, 128)], Budget(limit), TASK)
    assert tuple(candidate.units for candidate in matched.candidates) == units
    assert (matched.counts[0] == matched.counts[1]) is equal


def test_only_the_widths_are_replaced() -> None:
    first = replace(shape(Cell.LSTM, 16), dropout=0.3, layers=2)
    matched = match([first, shape(Cell.GRU, 16)], Budget(20_000), TASK)
    assert replace(matched.candidates[0], units=1) == first


def test_the_nearest_are_marked() -> None:
    matched = match([shape(Cell.LSTM, 8), shape(Cell.GRU, 8)], Budget(200), TASK)
    assert not matched.within_tolerance


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(BudgetError, match="No LSTM fits"):
        match([shape(Cell.SIMPLE_RNN, 8), shape(Cell.LSTM, 8)], Budget(39), TASK)


def test_candidates_as_they_are() -> None:
    both = [replace(shape(Cell.LSTM, 128), units=128), replace(shape(Cell.GRU, 128), units=153)]
    assert Matched.of(both, Budget(131_584), TASK).counts == (131_584, 129_897)
    assert not Matched.of(both, Budget(131_584), TASK).within_tolerance
