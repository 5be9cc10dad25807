"""Series of numbers, before they are standardised."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from study.datasets.facts import PLAIN, Form, Origin
from study.datasets.sources.classes import number_examples
from study.datasets.splits import Part
from study.errors import UserError

Values = Sequence[NDArray[Any]]  # of each example (steps, features), finite, one step at least


class ReadSeries(NamedTuple):
    """What a file holds.

    Attributes:
        values: Of each example.
        names: By which the examples are told apart: identifiers, or numbers from 1.
        features: Names of the numbers of a step, or their places from 1.
        labels: The class of each example, if the file says.
        parts: The split of each, if the file says.
        entries: How many of `unit` the file holds: examples, lines, rows.
        form: How it holds them.
    """

    values: Values
    names: Sequence[str]
    features: tuple[str, ...]
    labels: Sequence[str] | None
    parts: Sequence[Part] | None
    entries: int
    unit: str
    form: Form = PLAIN


@dataclass(frozen=True)
class Series:
    """Labelled series of numbers."""

    origin: Origin
    features: tuple[str, ...]
    values: Values
    labels: NDArray[np.int32]  # (examples,), positions in `names`
    names: tuple[str, ...]  # of the classes: in order of value if all are numbers, else sorted
    given: dict[Part, NDArray[np.intp]]  # positions in `values`; training at least
    form: Form = PLAIN

    @classmethod
    def of(cls, where: str, read: ReadSeries) -> Self:
        """Number the classes and see that they can be learnt.

        Args:
            where: The file.

        Raises:
            UserError: No labels, or none that can be learnt: see `number_examples`.
        """
        if read.labels is None:
            raise UserError(
                f"{where} has no labels, but a study learns to tell classes apart. Add them."
            )
        numbered = number_examples(where, "series", read.labels, read.parts)
        origin = Origin(where, read.entries, read.unit)
        return cls(origin, read.features, read.values, *numbered, read.form)

    @property
    def distinct(self) -> NDArray[np.intp]:
        """(examples,), the same number for equal series."""
        numbers: dict[bytes, int] = {}
        return np.array([numbers.setdefault(key, len(numbers)) for key in map(_key, self.values)])


def places(count: int) -> tuple[str, ...]:
    """Names of what has none: 1, 2, ..."""
    return tuple(map(str, range(1, count + 1)))


def _key(values: NDArray[Any]) -> bytes:
    return np.ascontiguousarray(values, dtype=np.float64).tobytes()
