"""Which examples are for training, for validation and for the test."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

TEST_SHARE = 0.2


class Part(StrEnum):
    """One of the three splits."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"

    @classmethod
    def named(cls, name: str) -> "Part | None":
        """The split that a column's value or a folder's name means; None: no split's name."""
        return _PARTS.get(name.casefold())


_PARTS = {
    "train": Part.TRAIN,
    "training": Part.TRAIN,
    "validation": Part.VALIDATION,
    "valid": Part.VALIDATION,
    "val": Part.VALIDATION,
    "dev": Part.VALIDATION,
    "test": Part.TEST,
}
PART_NAMES = ", ".join(_PARTS)


def assign_splits(
    labels: NDArray[np.int32],
    given: Mapping[Part, NDArray[np.intp]],
    share: float,
    seed: int,
    distinct: NDArray[np.intp] | None = None,
) -> dict[Part, NDArray[np.intp]]:
    """The examples of every split: those that are given, the others drawn from training.

    Args:
        labels: (examples,), class numbers.
        given: The examples of the splits the data come with, training among them.
        share: Of the training examples, those that become validation where it is not given.
        seed: Of the draw.
        distinct: As `stratified_split` takes it.

    Raises:
        ValueError: A class has too few examples to be in every split.
    """
    parts = dict(given)
    for part, fraction in ((Part.TEST, TEST_SHARE), (Part.VALIDATION, share)):
        if part not in parts:
            pool = parts[Part.TRAIN]
            take = round(fraction * len(pool))
            rest, taken = stratified_split(
                labels[pool], take, seed, None if distinct is None else distinct[pool]
            )
            parts[Part.TRAIN], parts[part] = pool[rest], pool[taken]
    return parts


def stratified_split(
    labels: NDArray[np.int32],
    take: int,
    seed: int,
    distinct: NDArray[np.intp] | None = None,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw about `take` examples, every class in its proportion, one at least on either side.

    Args:
        labels: (examples,), class numbers.
        take: How many to draw.
        seed: Of the draw.
        distinct: (examples,), the same number for examples that must not be parted: of each
            class they stay on one side, unless it has no others. None: no two are equal.

    Returns:
        Positions in `labels` of those that stay and of those drawn, each in random order.

    Raises:
        ValueError: A class has fewer than two examples.
    """
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        raise ValueError("a class has fewer than two examples")
    random = np.random.default_rng(seed)
    order = random.permutation(len(labels))
    drawn = np.zeros(len(labels), dtype=bool)
    for label, quota in zip(classes, _quotas(counts, take), strict=True):
        members = order[labels[order] == label]
        chosen = None if distinct is None else _unparted(distinct[members], quota)
        drawn[members[:quota] if chosen is None else members[chosen]] = True
    return order[~drawn[order]], order[drawn[order]]


def _unparted(distinct: NDArray[np.intp], quota: int) -> NDArray[np.bool_] | None:
    """Which of a class's examples make up the quota, as nearly as equal ones stay together.

    None where all are different, or all equal.
    """
    sizes = Counter(distinct.tolist())  # in the order of their first appearance
    if len(sizes) in (1, len(distinct)):
        return None
    chosen, room = [], quota
    for number, size in sizes.items():
        if size <= room:
            chosen.append(number)
            room -= size
    return np.isin(distinct, chosen or [min(sizes, key=sizes.__getitem__)])


def _quotas(counts: NDArray[np.intp], take: int) -> NDArray[np.intp]:
    """How many of each class: largest remainders, between one and all but one.

    The sum is `take`, or as near as those bounds allow.
    """
    ideal = counts * (take / counts.sum())
    quotas: NDArray[np.intp] = np.clip(np.floor(ideal).astype(np.intp), 1, counts - 1)
    while quotas.sum() < take and (quotas < counts - 1).any():
        quotas[np.argmax(np.where(quotas < counts - 1, ideal - quotas, -np.inf))] += 1
    while quotas.sum() > take and (quotas > 1).any():
        quotas[np.argmin(np.where(quotas > 1, ideal - quotas, np.inf))] -= 1
    return quotas
