from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.datasets.splits import Part, assign_splits, stratified_split

COUNTS = st.lists(st.integers(2, 40), min_size=1, max_size=6)


@given(COUNTS, st.floats(0, 1), st.integers(0, 99))
def test_every_class_is_on_both_sides_in_its_proportion(
    counts: list[int], share: float, seed: int
) -> None:
    labels = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    take = round(share * len(labels))
    kept, taken = stratified_split(labels, take, seed)
    assert sorted([*kept, *taken]) == list(range(len(labels)))
    assert len(taken) == min(max(take, len(counts)), len(labels) - len(counts))
    drawn = Counter(labels[taken].tolist())
    for label, count in enumerate(counts):
        assert 1 <= drawn[label] < count
        if min(counts) * share >= 1 and min(counts) * (1 - share) >= 1:
            assert abs(drawn[label] - count * len(taken) / len(labels)) < 1.0001


def test_the_seed_decides_the_draw() -> None:
    labels = np.repeat(np.arange(2, dtype=np.int32), 500)
    first, again, other = (stratified_split(labels, 200, seed)[1].tolist() for seed in (1, 1, 2))
    assert first == again
    assert sorted(first) != sorted(other)


def test_either_side_is_in_random_order() -> None:
    labels = np.repeat(np.arange(2, dtype=np.int32), 500)
    for side in stratified_split(labels, 300, 0):
        assert 0.3 < labels[side][: len(side) // 2].mean() < 0.7


def test_a_class_of_one_cannot_be_divided() -> None:
    with pytest.raises(ValueError, match="fewer than two"):
        stratified_split(np.array([0, 0, 1], dtype=np.int32), 1, 0)


def sides(distinct: np.ndarray, *positions: np.ndarray) -> list[set[int]]:
    return [set(distinct[part].tolist()) for part in positions]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), min_size=12),
    st.floats(0, 1),
    st.integers(0, 9),
)
def test_equal_examples_stay_on_one_side(
    drawn: list[tuple[int, int]], share: float, seed: int
) -> None:
    examples = [*drawn, *((label, text) for label in range(3) for text in (90, 91))]
    labels = np.array([label for label, _ in examples], dtype=np.int32)
    distinct = np.array([100 * label + text for label, text in examples])
    take = round(share * len(labels))
    kept, taken = stratified_split(labels, take, seed, distinct)
    assert sorted([*kept, *taken]) == list(range(len(labels)))
    first, second = sides(distinct, kept, taken)
    assert not first & second
    assert set(labels[kept]) == set(labels[taken]) == {0, 1, 2}


def test_without_equal_examples_the_draw_is_the_same() -> None:
    labels = np.repeat(np.arange(2, dtype=np.int32), 50)
    plain = stratified_split(labels, 20, 0)
    for one, other in zip(plain, stratified_split(labels, 20, 0, np.arange(100)), strict=True):
        assert one.tolist() == other.tolist()


def test_single_examples_make_up_the_quota() -> None:
    distinct = np.array([0] * 30 + list(range(1, 71)))
    labels = np.zeros(100, dtype=np.int32)
    for seed in range(5):
        assert len(stratified_split(labels, 20, seed, distinct)[1]) == 20


def test_a_class_of_equal_examples_is_parted() -> None:
    labels = np.repeat(np.arange(2, dtype=np.int32), 10)
    distinct = np.array([0] * 10 + list(range(1, 11)))
    assert labels[stratified_split(labels, 4, 0, distinct)[1]].sum() == 2


def test_what_is_given_stays() -> None:
    labels = np.tile(np.arange(2, dtype=np.int32), 50)
    given_parts = {Part.TRAIN: np.arange(80), Part.TEST: np.arange(80, 100)}
    parts = assign_splits(labels, given_parts, 0.25, seed=0)
    assert parts[Part.TEST].tolist() == list(range(80, 100))
    assert sorted([*parts[Part.TRAIN], *parts[Part.VALIDATION]]) == list(range(80))
    assert len(parts[Part.VALIDATION]) == 20


def test_the_names_of_splits() -> None:
    assert Part.named("Training") is Part.TRAIN
    assert {Part.named(name) for name in ("val", "valid", "DEV")} == {Part.VALIDATION}
    assert Part.named("unsup") is None
