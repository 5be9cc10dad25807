"""The facts of a data set, counted once when it is prepared."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from study.datasets.facts import ClassCount, DatasetFacts, Lengths
from study.datasets.sources.corpus import Corpus
from study.datasets.splits import Part
from study.datasets.vocabulary import Vocabulary

_HEAD = 200  # characters of a text that tell whether it is made of digits


def measure(
    corpus: Corpus,
    parts: Mapping[Part, NDArray[np.intp]],
    vocabulary: Vocabulary,
    tokens: Mapping[Part, NDArray[np.int32]],
    lengths: Mapping[Part, NDArray[np.int32]],
) -> DatasetFacts:
    """The facts of a corpus that has been split and encoded.

    Args:
        corpus: The texts.
        parts: The positions in it of each split's examples.
        vocabulary: What encoded them.
        tokens: (examples, steps) of each split, as the model reads them.
        lengths: (examples,) tokens of each text before it was cut.
    """
    every = np.concatenate(list(lengths.values()))
    counts = [np.bincount(corpus.labels[parts[part]], minlength=len(corpus.names)) for part in Part]
    repeated, copied = _equal_texts(corpus.texts, parts)
    unknown, lone_unknown = vocabulary.unknown(tokens[Part.TEST])
    return DatasetFacts(
        origin=corpus.origin._replace(name=Path(corpus.origin.name).name),
        given=tuple(part.value for part in corpus.given if len(corpus.given) > 1),
        level=vocabulary.level.value,
        sequence_length=vocabulary.sequence_length,
        classes=tuple(
            ClassCount(name, *(int(count[number]) for count in counts))
            for number, name in enumerate(corpus.names)
        ),
        lengths=Lengths(*(int(np.percentile(every, share)) for share in (50, 95, 100))),
        cut=float(np.mean(every > vocabulary.sequence_length)),
        unknown=unknown,
        lone_unknown=lone_unknown,
        digits=float(np.mean([_is_mostly_digits(text) for text in corpus.texts])),
        repeated=repeated,
        copied=copied,
    )


def _equal_texts(texts: Sequence[str], parts: Mapping[Part, NDArray[np.intp]]) -> tuple[int, int]:
    """Examples to learn from that repeat one, and test examples that are among those."""
    counts = Counter(texts[at] for part in (Part.TRAIN, Part.VALIDATION) for at in parts[part])
    return counts.total() - len(counts), sum(texts[at] in counts for at in parts[Part.TEST])


def _is_mostly_digits(text: str) -> bool:
    head = "".join(text[:_HEAD].split())
    return 2 * sum(map(str.isdigit, head)) > len(head)
