"""The facts of a data set, counted once when it is prepared."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from study.datasets.facts import STEP, ClassCount, DatasetFacts, Feature, Lengths
from study.datasets.sources.corpus import Corpus
from study.datasets.sources.numbers.form import rising
from study.datasets.sources.numbers.series import Series
from study.datasets.splits import Part
from study.datasets.standardisation import Standardisation
from study.datasets.vocabulary import Vocabulary

_HEAD = 200  # characters of a text that tell whether it is made of digits
_FAR = 10  # standard deviations

Parts = Mapping[Part, NDArray[np.intp]]


def measure_texts(
    corpus: Corpus,
    parts: Parts,
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
    unknown, lone_unknown = vocabulary.unknown(tokens[Part.TEST])
    return DatasetFacts(
        **_common(corpus, parts),
        **_lengths(np.concatenate(list(lengths.values())), vocabulary.sequence_length),
        level=vocabulary.level.value,
        unknown=unknown,
        lone_unknown=lone_unknown,
        digits=float(np.mean([_is_mostly_digits(text) for text in corpus.texts])),
    )


def measure_series(series: Series, parts: Parts, standardisation: Standardisation) -> DatasetFacts:
    """The facts of series that have been split, and standardised so."""
    lengths = np.array([len(one) for one in series.values])
    return DatasetFacts(
        **_common(series, parts),
        **_lengths(lengths, standardisation.sequence_length),
        level=STEP,
        features=tuple(_features(series, parts[Part.TEST], standardisation)),
        form=series.form,
    )


def _common(labelled: Corpus | Series, parts: Parts) -> dict[str, Any]:
    distinct = labelled.distinct
    counts = [
        np.bincount(labelled.labels[parts[part]], minlength=len(labelled.names)) for part in Part
    ]
    repeated, copied = _equal(distinct.tolist(), parts)
    return {
        "origin": labelled.origin._replace(name=Path(labelled.origin.name).name),
        "given": tuple(part.value for part in labelled.given if len(labelled.given) > 1),
        "classes": tuple(
            ClassCount(name, *(int(count[number]) for count in counts))
            for number, name in enumerate(labelled.names)
        ),
        "repeated": repeated,
        "copied": copied,
    }


def _lengths(every: NDArray[np.integer[Any]], sequence_length: int) -> dict[str, Any]:
    return {
        "sequence_length": sequence_length,
        "lengths": Lengths(*(int(np.percentile(every, share)) for share in (50, 95, 100))),
        "cut": float(np.mean(every > sequence_length)),
    }


def _equal(examples: Sequence[Hashable], parts: Parts) -> tuple[int, int]:
    """Examples to learn from that repeat one, and test examples that are among those."""
    counts = Counter(examples[at] for part in (Part.TRAIN, Part.VALIDATION) for at in parts[part])
    return counts.total() - len(counts), sum(examples[at] in counts for at in parts[Part.TEST])


def _is_mostly_digits(text: str) -> bool:
    head = "".join(text[:_HEAD].split())
    return 2 * sum(map(str.isdigit, head)) > len(head)


def _features(
    series: Series, test: Iterable[int], standardisation: Standardisation
) -> Iterator[Feature]:
    least = np.min([one.min(axis=0) for one in series.values], axis=0)
    greatest = np.max([one.max(axis=0) for one in series.values], axis=0)
    means, deviations = np.array(standardisation.means), np.array(standardisation.deviations)
    steps = np.concatenate([np.asarray(series.values[at], dtype=np.float64) for at in test])
    far = np.mean(np.abs(steps - means) > _FAR * deviations, axis=0)
    rises = rising(series.values)
    for number, name in enumerate(series.features):
        yield Feature(
            name,
            float(least[number]),
            float(greatest[number]),
            varies=bool(deviations[number] > 0),
            far=float(far[number]),
            rises=bool(rises[number]),
        )
