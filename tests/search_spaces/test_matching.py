"""Matched pairs are the largest: held against a search over all pairs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces import Budget, Candidate, Cell, Task, match

TASK = Task(vocabulary=100, classes=2, embedding=8)


def shape(cell: Cell, embedding: int) -> Candidate:
    return Candidate(cell=cell, units=1, embedding=embedding)


def counts(cell: Cell, embedding: int, limit: int) -> np.ndarray:
    units = np.arange(1, limit)
    counted = cell.gates * units * (embedding + units + cell.biases)
    return counted[counted <= limit]


def brute_force(cells: tuple[Cell, Cell], embedding: int, limit: int) -> tuple[int, float, bool]:
    """Sum of counts, relative difference, and whether within 1 %, of the best of all pairs."""
    first, second = (counts(cell, embedding, limit) for cell in cells)
    larger = np.maximum.outer(first, second)
    apart = np.abs(np.subtract.outer(first, second))
    sums = np.add.outer(first, second)
    near = 100 * apart <= larger
    if near.any():
        best = sums[near].max()
        return int(best), float((apart / larger)[near & (sums == best)].min()), True
    nearest = (apart / larger).min()
    return int(sums[apart / larger == nearest].max()), float(nearest), False


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([(Cell.LSTM, Cell.GRU), (Cell.GRU, Cell.LSTM), (Cell.SIMPLE_RNN, Cell.GRU)]),
    st.integers(8, 300),
    st.integers(200, 500_000),
)
def test_agrees_with_all_pairs(cells: tuple[Cell, Cell], embedding: int, limit: int) -> None:
    if any(cell.parameters(embedding, 1) > limit for cell in cells):
        return
    pair = match(shape(cells[0], embedding), shape(cells[1], embedding), Budget(limit), TASK)
    total, difference, near = brute_force(cells, embedding, limit)
    assert pair.within_tolerance is near
    assert pair.relative_difference == pytest.approx(difference)
    assert sum(pair.counts) == total


@pytest.mark.parametrize(
    ("limit", "units", "equal"),
    [
        (131_584, (128, 154), False),
        (167_400, (150, 180), True),
        (188_568, (162, 194), True),
    ],
)
def test_known_pairs(limit: int, units: tuple[int, int], equal: bool) -> None:
    pair = match(shape(Cell.LSTM, 128), shape(Cell.GRU, 128), Budget(limit), TASK)
    assert (pair.first.units, pair.second.units) == units
    assert (pair.counts[0] == pair.counts[1]) is equal


def test_only_the_widths_are_replaced() -> None:
    first = replace(shape(Cell.LSTM, 16), dropout=0.3, layers=2)
    pair = match(first, shape(Cell.GRU, 16), Budget(20_000), TASK)
    assert replace(pair.first, units=1) == first


def test_nearest_pair_is_marked() -> None:
    pair = match(shape(Cell.LSTM, 8), shape(Cell.GRU, 8), Budget(200), TASK)
    assert not pair.within_tolerance
