"""Classes and splits of examples, as numbers, and whether they can be learnt."""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from study.datasets.splits import PART_NAMES, Part
from study.errors import UserError

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d*)?")


class Numbered(NamedTuple):
    """Examples by class and by split, as numbers."""

    labels: NDArray[np.int32]  # (examples,), positions in `names`
    names: tuple[str, ...]  # of the classes, as `number_labels` orders them
    given: dict[Part, NDArray[np.intp]]  # positions of the examples; training at least


def number_examples(
    where: str, noun: str, labels: Sequence[str], parts: Sequence[Part] | None
) -> Numbered:
    """Number the classes and see that they can be learnt.

    Args:
        where: The file or folder, for what is said of it.
        noun: What an example is.
        labels: The class of each example.
        parts: The split of each example; None: all are training.

    Raises:
        UserError: A single class, no training examples, a class that training lacks or that is too
            small to be in every split.
    """
    names, numbers = number_labels(labels)
    if len(names) < 2:
        raise UserError(
            f"Every {noun} in {where} has the label {names[0]!r}, but at least two classes "
            "are needed. Check the labels."
        )
    if parts is None:
        given = {Part.TRAIN: np.arange(len(numbers))}
    else:
        column = np.array(parts, dtype=object)
        given = {part: np.flatnonzero(column == part) for part in Part if part in set(parts)}
    _check_classes(where, names, numbers, given)
    return Numbered(numbers, names, given)


def named_parts(path: Path, where: str, names: Sequence[str | None]) -> list[Part]:
    """The split of every example, or row.

    Args:
        where: The array or column of the file that names it.

    Raises:
        UserError: A name is no split's.
    """
    parts = {name: Part.named(name or "") for name in set(names)}
    unknown = sorted(str(name or "") for name, part in parts.items() if part is None)
    if unknown:
        raise UserError(
            f"{path} has {unknown[0]!r} in {where}, which is no split's name. Expected is one of "
            f"{PART_NAMES}."
        )
    return [part for name in names if (part := parts[name])]


def number_labels(labels: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The class names in order, and the position of every label among them.

    Where all labels are numbers they are ordered by value, and "1", "1.0" are one class.
    """
    distinct = set(labels)
    canonical = {label: label for label in distinct}
    names = sorted(distinct)
    if all(_NUMBER.fullmatch(label) for label in distinct):
        canonical = {label: _canonical(Decimal(label)) for label in distinct}
        names = sorted(set(canonical.values()), key=Decimal)
    position = {name: number for number, name in enumerate(names)}
    numbers = np.array([position[canonical[label]] for label in labels], dtype=np.int32)
    return tuple(names), numbers


def _canonical(value: Decimal) -> str:
    """The number without superfluous zeros, exponent, or a sign on zero."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _check_classes(
    where: str,
    names: tuple[str, ...],
    labels: NDArray[np.int32],
    given: dict[Part, NDArray[np.intp]],
) -> None:
    if Part.TRAIN not in given:
        raise UserError(
            f"{where} has no training examples, only {' and '.join(sorted(given))}. "
            "Mark the examples to learn from as 'train', or leave the splits out."
        )
    counts = Counter(labels[given[Part.TRAIN]].tolist())
    needed = 1 + len(Part) - len(given)  # one in training, one in each split drawn from it
    if sum(counts[number] < needed for number in range(len(names))) > len(names) / 2:
        numbers = all(map(_NUMBER.fullmatch, names))
        raise UserError(
            f"{where} has {len(names):,} different labels in {len(labels):,} examples, most of "
            f"them too few to be learnt: at least {needed} training examples of each are needed. "
            + (
                "Such numbers are measured, and are no classes: group them into a few."
                if numbers
                else "Is it another column that holds the classes? Name it with --label-column."
            )
        )
    for number, name in enumerate(names):
        if counts[number] >= needed:
            continue
        if not counts[number]:
            raise UserError(
                f"The label {name!r} is in {where} outside training only, so that no model "
                "can learn it. Add training examples of it, or remove the label."
            )
        raise UserError(
            f"The class {name!r} in {where} has too few training examples to be in every split: "
            f"{counts[number]} of at least {needed}. Add examples, or remove the class."
        )
