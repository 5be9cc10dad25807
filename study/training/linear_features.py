"""What a linear model reads of an example: n-grams of its tokens, or statistics of its numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import StandardScaler

from study.datasets.vocabulary import FIRST_TOKEN, PADDING

_END = FIRST_TOKEN - 1  # stands for nothing among tokens; here for the end of a text
_LEAST_TEXTS = 2  # of training, in which an n-gram occurs that counts


class NGrams:
    """TF-IDF-weighted counts of the n-grams of token sequences that are padded on the left.

    The end of a text counts as a token, as its start does. Counts are damped: 1 + log(count).
    An n-gram that fewer than two training texts have is left out.
    """

    def __init__(self, longest: int, vocabulary: int) -> None:
        """Count n-grams of 1 to `longest` tokens, each below `vocabulary`."""
        self._longest = longest
        self._vocabulary = vocabulary
        self._known: list[NDArray[np.int64]] = []  # the n-grams of each length, sorted
        self._weights = TfidfTransformer(sublinear_tf=True)

    def fit(self, tokens: NDArray[np.int32]) -> Any:
        """Those of training texts, (examples, steps): a sparse matrix, (examples, features)."""
        self._known = []
        return self._weights.fit_transform(self._counts(tokens, learn=True))

    def transform(self, tokens: NDArray[np.int32]) -> Any:
        """The same of other texts."""
        return self._weights.transform(self._counts(tokens, learn=False))

    def _counts(self, tokens: NDArray[np.int32], *, learn: bool) -> Any:
        rows, columns, width = [], [], 0
        ends = np.full((len(tokens), 1), _END, np.int64)
        last = np.concatenate([tokens, ends], axis=1)
        grams, present = last, last != PADDING
        for length in range(self._longest):
            if length:
                # Numbered by what comes before its last token, which is known, and by that token.
                last, present = last[:, 1:], present[:, :-1] & (grams[:, :-1] >= 0)
                grams = grams[:, :-1] * self._vocabulary + last
            texts = np.nonzero(present)[0]
            if learn:
                self._known.append(_frequent(texts, grams[present]))
            place, found = _places(self._known[length], grams[present])
            rows.append(texts[found])
            columns.append(place[found] + width)
            width += len(self._known[length])
            numbers = np.full(grams.shape, -1, np.int64)
            numbers[present] = np.where(found, place, -1)
            grams = numbers
        shape = (len(tokens), width)
        places = np.concatenate(rows), np.concatenate(columns)
        return sparse.csr_matrix((np.ones(len(places[0])), places), shape)


def _frequent(texts: NDArray[np.intp], grams: NDArray[np.int64]) -> NDArray[np.int64]:
    """The n-grams that enough texts have, sorted."""
    order = np.lexsort((texts, grams))
    texts, grams = texts[order], grams[order]
    new = np.ones(len(grams), bool)
    new[1:] = (texts[1:] != texts[:-1]) | (grams[1:] != grams[:-1])
    known, counts = np.unique(grams[new], return_counts=True)
    return known[counts >= _LEAST_TEXTS]


def _places(
    known: NDArray[np.int64], grams: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each n-gram stands among the known ones, and whether it is one of them."""
    if not len(known):
        return np.zeros(len(grams), np.intp), np.zeros(len(grams), bool)
    place = np.minimum(np.searchsorted(known, grams), len(known) - 1)
    return place, known[place] == grams


class Summaries:
    """Statistics of each feature over the steps of a series, in standard deviations of training.

    Mean, standard deviation, least, greatest, first and last value, and the mean size of a step's
    change; and how many steps there are. Steps of zeros at the beginning are padding.
    """

    def __init__(self) -> None:
        self._scaler = StandardScaler()

    def fit(self, inputs: NDArray[np.float32]) -> Any:
        """Those of training series, (examples, steps, features): (examples, statistics)."""
        return self._scaler.fit_transform(_statistics(inputs))

    def transform(self, inputs: NDArray[np.float32]) -> Any:
        """The same of other series."""
        return self._scaler.transform(_statistics(inputs))


def _statistics(inputs: NDArray[np.float32]) -> NDArray[np.float64]:
    found = []
    for series in inputs:
        steps = np.asarray(series, np.float64)
        steps = steps[np.argmax(steps.any(axis=1)) :]  # all of them where every one is zero
        changes = np.abs(np.diff(steps, axis=0)).mean(axis=0) if len(steps) > 1 else 0 * steps[0]
        found.append(
            np.concatenate(
                [
                    steps.mean(axis=0),
                    steps.std(axis=0),
                    steps.min(axis=0),
                    steps.max(axis=0),
                    steps[0],
                    steps[-1],
                    changes,
                    [len(steps)],
                ]
            )
        )
    return np.array(found)
