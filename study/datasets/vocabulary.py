"""How a text becomes tokens, and tokens become integers."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from study.datasets.level import Level

PADDING = 0
START = 1
UNKNOWN = 2
FIRST_TOKEN = 4
"""Keras' numbering of its IMDB data set, for which 3 stands for nothing."""

_UNICODE = "unicode"
_FEW_WORDS = 1 / 500


@dataclass(frozen=True)
class Vocabulary:
    """The tokens a model knows, and the integers they become.

    0 pads on the left, 1 starts a text, 2 stands for every token outside the vocabulary, 3 is
    unused, and 4 is the first of `tokens`: the numbering of Keras' IMDB data set.
    """

    level: Level
    sequence_length: int
    tokens: tuple[str, ...]  # most frequent first
    labels: tuple[str, ...]  # the class names, in the order of a model's outputs
    unicode: bool = False  # how `Level.tokenize` separates words

    def __len__(self) -> int:
        """Rows of the embedding: the tokens and the four integers before them."""
        return FIRST_TOKEN + len(self.tokens)

    @cached_property
    def _integers(self) -> dict[str, int]:
        return {token: FIRST_TOKEN + rank for rank, token in enumerate(self.tokens)}

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """The last `sequence_length` tokens of every text, (texts, steps), int32."""
        return self.encode_and_count(texts)[0]

    def encode_and_count(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """What `encode` gives, and how many tokens every text has before it is cut, (texts,)."""
        lengths = np.zeros(len(texts), dtype=np.int32)
        encoded = np.full((len(texts), self.sequence_length), PADDING, dtype=np.int32)
        known = self._integers
        for number, (line, text) in enumerate(zip(encoded, texts, strict=True)):
            tokens = self.level.tokenize(text, unicode=self.unicode)
            lengths[number] = len(tokens)
            row = [known.get(token, UNKNOWN) for token in tokens[-self.sequence_length :]]
            if len(row) < self.sequence_length:
                row.insert(0, START)
            line[self.sequence_length - len(row) :] = row
        return encoded, lengths

    def unknown(self, encoded: NDArray[np.int32]) -> tuple[float, float]:
        """Of encoded texts: the share of unknown tokens, and of texts that are one such token."""
        is_unknown, is_token = encoded == UNKNOWN, encoded >= UNKNOWN
        alone = is_unknown[:, -1] & (is_token.sum(axis=1) == 1)
        return float(is_unknown.sum() / max(1, is_token.sum())), float(alone.mean())

    def to_json(self) -> str:
        """The description a saved model ships with; `from_json` reads it."""
        description = {
            "level": self.level.value,
            "steps": self.sequence_length,  # the key of version 0.1: fingerprints stay as they are
            "padding": PADDING,
            "start": START,
            "unknown": UNKNOWN,
            "first_token": FIRST_TOKEN,
            "labels": self.labels,
            "tokens": self.tokens,
        }
        if self.unicode:  # else the description, and with it the fingerprint, is version 0.1's
            description["words"] = _UNICODE
        return json.dumps(description, ensure_ascii=False, indent=0) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The vocabulary `to_json` described.

        Raises:
            ValueError: The text is no such description.
        """
        try:
            description = json.loads(text)
            return cls(
                level=Level(description["level"]),
                sequence_length=int(description["steps"]),
                tokens=tuple(description["tokens"]),
                labels=tuple(description["labels"]),
                unicode=description.get("words") == _UNICODE,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no description of a vocabulary: {error}") from error


def needs_unicode(texts: Iterable[str]) -> bool:
    """Whether more than one in 500 words by ASCII's rule is none by Unicode's.

    IMDB's reviews, of whose words 0.06 % are such, keep the words that Keras' copy has.
    """
    counts = _count(texts, Level.WORD)
    others = (
        count
        for word, count in counts.items()
        if not word.isascii() and Level.WORD.tokenize(word, unicode=True) != [word]
    )
    return sum(others) > _FEW_WORDS * counts.total()


def rank(texts: Iterable[str], level: Level, *, unicode: bool = False) -> list[str]:
    """The distinct tokens of the texts, most frequent first, equals in code point order."""
    counts = _count(texts, level, unicode=unicode)
    return sorted(counts, key=lambda token: (-counts[token], token))


def _count(texts: Iterable[str], level: Level, *, unicode: bool = False) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(level.tokenize(text, unicode=unicode))
    return counts
