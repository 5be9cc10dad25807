"""A prepared data set, as training sees it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from study.datasets.facts import DatasetFacts
from study.datasets.level import Level
from study.datasets.registry import DATASETS
from study.datasets.splits import Part, stratified_split
from study.datasets.standardisation import Standardisation
from study.datasets.vocabulary import FIRST_TOKEN, Vocabulary
from study.errors import UserError


class Split(NamedTuple):
    """Examples of one split."""

    # Tokens, (examples, steps), int32, or numbers, (examples, steps, features), float32, in
    # standard deviations; 0 pads on the left.
    inputs: NDArray[np.int32 | np.float32]
    labels: NDArray[np.int32]  # (examples,), int32, below the number of classes

    def first(self, examples: int) -> "Split":
        """The first examples, so many at most."""
        return Split(self.inputs[:examples], self.labels[:examples])


@dataclass(frozen=True)
class DatasetSpec:
    """The settings that shape the prepared arrays; None stands for the data set's default.

    Raises:
        UserError: A number out of range.
    """

    source: str  # a name in DATASETS, or a path
    vocabulary: int | None = None  # rows of the embedding: the tokens and four more
    sequence_length: int | None = None  # of every text, its last tokens
    level: Level | None = None  # what its tokens are
    text_column: str = "text"
    label_column: str = "label"
    id_column: str | None = None  # None: a row of a table is a text
    step_column: str | None = None
    seed: int = 0  # of the draw of the splits the data do not bring

    def __post_init__(self) -> None:
        if not self.source:
            names = ", ".join(DATASETS)
            raise UserError(f"--dataset takes {names} or a path, but it is empty.")
        bounds = {"vocabulary": FIRST_TOKEN + 1, "sequence_length": 1, "seed": 0}
        for name, least in bounds.items():
            value = getattr(self, name)
            if value is not None and value < least:
                flag = f"--{name.replace('_', '-')}"
                raise UserError(f"{flag} is at least {least}, but {value} was given.")
        if self.step_column is not None and self.id_column is None:
            raise UserError(
                "--step-column orders the rows of a series, but no --id-column tells the series "
                "apart. Name it, too."
            )
        if self.id_column is not None:
            named = [self.id_column, self.step_column, self.label_column]
            if len(set(named)) < len(named):
                raise UserError(
                    "--id-column, --step-column and --label-column name three columns, but "
                    f"{', '.join(map(repr, named))} were given. Correct them."
                )
        elif self.text_column == self.label_column:
            raise UserError(
                f"Texts and labels cannot both be in the column {self.text_column!r}. "
                "Name two columns with --text-column and --label-column."
            )


@dataclass(frozen=True)
class Dataset:
    """Arrays in a folder of the cache, opened memory-mapped."""

    name: str
    folder: Path
    vocabulary: int  # rows of the embedding; 0 of numbers
    features: int  # numbers a step; 0 of texts
    sequence_length: int
    level: Level | None  # of texts
    labels: tuple[str, ...]  # the class names
    sizes: Mapping[str, int]  # examples of "train", "validation" and "test"
    validation_given: bool  # by the data, not drawn from training
    digests: Mapping[str, str] = field(repr=False)  # SHA-256 of the folder's files, by name

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits: the same for the same arrays, their meaning and class names.

        It does not depend on the machine, nor on the kind of file the examples came from.
        """
        lines = "".join(f"{name} {self.digests[name]}\n" for name in sorted(self.digests))
        return hashlib.sha256(lines.encode()).hexdigest()[:16]

    @property
    def embedding(self) -> int:
        """Width of the embedding that suits these tokens; of numbers, how many there are a step."""
        return self.level.embedding if self.level else self.features

    @property
    def vocabulary_file(self) -> Path:
        """The JSON description of the tokens, for a saved model to ship with."""
        return self.folder / VOCABULARY_FILE

    @cached_property
    def standardisation(self) -> Standardisation:
        """How numbers became these arrays; a saved model ships with it."""
        text = (self.folder / STANDARDISATION_FILE).read_text(encoding="utf-8")
        return Standardisation.from_json(text)

    @cached_property
    def facts(self) -> DatasetFacts:
        """What was read, and how it was split."""
        return DatasetFacts.from_json((self.folder / FACTS_FILE).read_text(encoding="utf-8"))

    def training(self) -> tuple[Split, Split]:
        """The training and the validation split, memory-mapped and read-only.

        Raises:
            UserError: The cached files are damaged.
        """
        return self._open(Part.TRAIN), self._open(Part.VALIDATION)

    def test(self) -> Split:
        """The test split, memory-mapped and read-only; only confirmation opens it.

        Raises:
            UserError: The cached files are damaged.
        """
        if not self.is_intact(self.files(Part.TEST)):
            raise self._damaged(Part.TEST)
        return self._open(Part.TEST)

    def resplit(self, seed: int) -> tuple[Split, Split]:
        """Training and validation pooled and drawn afresh, every class in its proportion.

        The sizes stay, or nearly so where equal texts must stay on one side: they must where the
        test split was drawn as well. A validation split that came with the data stays as it is.

        Raises:
            UserError: The cached files are damaged.
        """
        parts = self.training()
        if self.validation_given:
            return parts
        inputs = np.concatenate([part.inputs for part in parts])
        labels = np.concatenate([part.labels for part in parts])
        distinct = None
        if self.facts.repeated and Part.TEST not in self.facts.given:
            rows = inputs.reshape(len(inputs), -1)
            distinct = np.unique(rows, axis=0, return_inverse=True)[1]
        size = self.sizes[Part.VALIDATION]
        train, validation = stratified_split(labels, size, seed, distinct)
        return Split(inputs[train], labels[train]), Split(inputs[validation], labels[validation])

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Texts as a model of this data set takes them, (texts, steps), int32."""
        return self._tokens.encode(texts)

    def files(self, part: Part) -> tuple[str, str]:
        """The names of the files that hold a split."""
        return split_files(part, numbers=self.level is None)

    def is_intact(self, names: Iterable[str]) -> bool:
        """Whether these files of the folder are there and as they were written."""
        try:
            return all(digest(self.folder / name) == self.digests[name] for name in names)
        except OSError:
            return False

    @cached_property
    def _tokens(self) -> Vocabulary:
        return Vocabulary.from_json(self.vocabulary_file.read_text(encoding="utf-8"))

    def _open(self, part: Part) -> Split:
        inputs, labels = (self.folder / name for name in self.files(part))
        try:
            split = Split(
                np.load(inputs, mmap_mode="r", allow_pickle=False),
                np.load(labels, mmap_mode="r", allow_pickle=False),
            )
        except (OSError, ValueError, EOFError) as error:
            raise self._damaged(part) from error
        size = self.sizes[part]
        shapes = split.inputs.shape, split.labels.shape
        types = [split.inputs.dtype, split.labels.dtype]
        of_step, kind = ((), "i4") if self.level else ((self.features,), "f4")
        expected = (size, self.sequence_length, *of_step), (size,)
        if shapes != expected or types != [np.dtype(kind), np.dtype("i4")]:
            raise self._damaged(part)
        return split

    def _damaged(self, part: Part) -> UserError:
        return UserError(
            f"The cached {part} split in {self.folder} is damaged. "
            "Delete that folder; it is prepared anew when it is needed."
        )


FACTS_FILE = "facts.json"
VOCABULARY_FILE = "vocabulary.json"
STANDARDISATION_FILE = "standardisation.json"


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def split_files(part: Part, *, numbers: bool) -> tuple[str, str]:
    """The names of the files that hold a split's inputs and labels."""
    return f"{part}-{'numbers' if numbers else 'tokens'}.npy", f"{part}-labels.npy"
