"""From labelled texts or series to the arrays of the three splits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from study.datasets.dataset import Split
from study.datasets.facts import DatasetFacts
from study.datasets.level import Level
from study.datasets.measure import measure_series, measure_texts
from study.datasets.sources.corpus import Corpus
from study.datasets.sources.numbers.series import Series
from study.datasets.splits import Part, assign_splits
from study.datasets.standardisation import LONGEST, Standardisation
from study.datasets.vocabulary import FIRST_TOKEN, Vocabulary, needs_unicode, rank

_VALIDATION_SHARE = 0.2  # of the training examples, where the data say nothing


@dataclass(frozen=True)
class Shape:
    """What is asked for, with the defaults filled in.

    Attributes:
        level: Of texts; None for numbers.
        sequence_length: Of texts; at most this many steps of numbers.
        vocabulary: Of texts; None: every token.
        seed: Of the draw of splits.
    """

    level: Level | None
    sequence_length: int
    vocabulary: int | None
    seed: int

    @classmethod
    def of_numbers(cls, sequence_length: int | None, seed: int) -> "Shape":
        """Of series, as long as they are up to a limit."""
        return cls(None, sequence_length or LONGEST, None, seed)


class Encoded(NamedTuple):
    """A data set as arrays, and what is to be known of them."""

    splits: Mapping[Part, Split]
    description: Vocabulary | Standardisation  # how an example becomes its array
    facts: DatasetFacts


def encode(content: Corpus | Series, shape: Shape) -> Encoded:
    """The arrays of the splits, drawn where they are not given.

    Equal examples stay on one side of a split, unless the data say which are the test.
    """
    distinct = None if Part.TEST in content.given else content.distinct
    parts = assign_splits(content.labels, content.given, _VALIDATION_SHARE, shape.seed, distinct)
    if isinstance(content, Series):
        return _encoded_series(content, parts, shape)
    return _encoded_texts(content, parts, shape)


def _encoded_series(
    series: Series, parts: Mapping[Part, NDArray[np.intp]], shape: Shape
) -> Encoded:
    longest = max(len(one) for one in series.values)
    pool = [series.values[position] for part in _learnt(series) for position in parts[part]]
    standardisation = Standardisation.of(pool, min(shape.sequence_length, longest), series.names)
    splits = {
        part: Split(
            standardisation.encode([series.values[position] for position in positions]),
            series.labels[positions],
        )
        for part, positions in parts.items()
    }
    return Encoded(splits, standardisation, measure_series(series, parts, standardisation))


def _encoded_texts(corpus: Corpus, parts: Mapping[Part, NDArray[np.intp]], shape: Shape) -> Encoded:
    vocabulary = _vocabulary(corpus, parts, shape)
    tokens, lengths = {}, {}
    for part, positions in parts.items():
        texts = [corpus.texts[position] for position in positions]
        tokens[part], lengths[part] = vocabulary.encode_and_count(texts)
    splits = {part: Split(tokens[part], corpus.labels[parts[part]]) for part in parts}
    return Encoded(splits, vocabulary, measure_texts(corpus, parts, vocabulary, tokens, lengths))


def _vocabulary(corpus: Corpus, parts: Mapping[Part, NDArray[np.intp]], shape: Shape) -> Vocabulary:
    """The most frequent tokens of what is learnt from."""
    assert shape.level is not None
    ranking, unicode = corpus.words, False
    if ranking is None or shape.level is not Level.WORD:
        texts = [corpus.texts[position] for part in _learnt(corpus) for position in parts[part]]
        unicode = shape.level is Level.WORD and needs_unicode(texts)
        ranking = rank(texts, shape.level, unicode=unicode)
    size = None if shape.vocabulary is None else shape.vocabulary - FIRST_TOKEN
    tokens = tuple(ranking[:size])
    return Vocabulary(shape.level, shape.sequence_length, tokens, corpus.names, unicode)


def _learnt(content: Corpus | Series) -> tuple[Part, ...]:
    """The splits that vocabulary and standardisation are taken from.

    What comes as test or validation has no say. A drawn validation split has, so that both stay
    right when it and training are drawn afresh.
    """
    if Part.VALIDATION in content.given:
        return (Part.TRAIN,)
    return (Part.TRAIN, Part.VALIDATION)
