"""Keras' copies of text data sets, in which a text is a list of its words' ranks."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from study.datasets.facts import Origin
from study.datasets.sources.built_in.download import Download
from study.datasets.sources.corpus import Corpus
from study.datasets.splits import Part

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"

Examples = tuple[Sequence[Sequence[int]], Sequence[str], Sequence[Part]]  # ranks, labels, splits


class KerasWords(ABC):
    """A data set as Keras publishes it: an archive of its texts, and its words.

    The words' ranks come with the data, so that a text becomes the integers that Keras'
    `load_data` gives it.

    Attributes:
        unit: What a text is called, in the plural.
        texts: The archive, known by the SHA-256 that is trusted.
        words: The rank of each word, from 1, the most frequent. Keras publishes an MD5 of it only,
            which tells a broken download; JSON can do no harm.
    """

    reads_numbers = False
    name: ClassVar[str]
    unit: ClassVar[str]
    texts: ClassVar[Download]
    words: ClassVar[Download]

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def identity(self) -> str:
        """The hashes of the files, which need not be there."""
        return f"{self.texts.digest} {self.words.digest}"

    def read(self) -> Corpus:
        """The texts as words between spaces, fetched where they are not there."""
        with self.words.fetch(self._folder).open(encoding="utf-8") as file:
            ranks: dict[str, int] = json.load(file)
        # The lists of numbers are pickled: their hash, just checked, is what they are trusted for.
        with np.load(self.texts.fetch(self._folder), allow_pickle=True) as arrays:
            lists, labels, parts = self.examples(arrays)
        words = {rank: word for word, rank in ranks.items()}
        texts = [" ".join([words[rank] for rank in listed]) for listed in lists]
        corpus = Corpus.of(Origin(self.name, len(texts), self.unit), texts, labels, parts)
        return replace(corpus, words=sorted(ranks, key=ranks.__getitem__))

    @abstractmethod
    def examples(self, arrays: Mapping[str, Any]) -> Examples:
        """The ranks, label and split of each example of the archive."""
