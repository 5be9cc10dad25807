"""Labelled texts or series, before they become arrays."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from study.datasets.facts import Origin
from study.datasets.sources.classes import number_examples
from study.datasets.sources.numbers.series import Series
from study.datasets.splits import Part
from study.errors import UserError


@dataclass(frozen=True)
class Corpus:
    """Labelled texts."""

    origin: Origin
    texts: Sequence[str]
    labels: NDArray[np.int32]  # (texts,), positions in `names`
    names: tuple[str, ...]  # of the classes: in order of value if all are numbers, else sorted
    given: dict[Part, NDArray[np.intp]]  # positions in `texts`; training at least
    words: Sequence[str] | None = None  # most frequent first, where the data bring the ranking

    @classmethod
    def of(
        cls,
        origin: Origin,
        texts: Sequence[str],
        labels: Sequence[str],
        parts: Sequence[Part] | None = None,
    ) -> Self:
        """Number the classes and see that they can be learnt.

        Args:
            origin: What the texts come from.
            texts: One for each example.
            labels: The class of each example.
            parts: The split of each example; None: all are training.

        Raises:
            UserError: A single class, no training examples, a class that training lacks or
                that is too small to be in every split.
        """
        return cls(origin, texts, *number_examples(origin.name, "text", labels, parts))

    @property
    def distinct(self) -> NDArray[np.intp]:
        """(texts,), the same number for equal texts."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(text, len(numbers)) for text in self.texts])


class Source(Protocol):
    """Something labelled texts or series come from."""

    @property
    def reads_numbers(self) -> bool:
        """Whether its examples are series of numbers; else they are texts."""

    @property
    def name(self) -> str:
        """What the data set is called."""

    def identity(self) -> str:
        """Changes when the content does; costs no parsing.

        Raises:
            UserError: It cannot be read.
        """

    def read(self) -> Corpus | Series:
        """The labelled texts or series.

        Raises:
            UserError: The content is not what was expected.
        """


@contextmanager
def as_unreadable(path: Path) -> Iterator[None]:
    """Turn the system's refusal to read a file or a folder into a sentence.

    Raises:
        UserError: The block could not read.
    """
    try:
        yield
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
