"""A linear model of the same data, scored once on the test split: what accuracies are worth."""

import base64
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from study.datasets.dataset import Dataset, Split
from study.datasets.level import Level
from study.datasets.metric import Metric, mean
from study.training.job import OnLook

_WEAKEST = (1.0, 10.0, 100.0)  # inverse penalties; which suits the data is seen on validation
_NUMBERS = 3  # axes of (examples, steps, features)
_MOST_EXAMPLES = 100_000  # that are trained on
_MOST_WORK = 2_000_000  # examples times classes


class Features(Protocol):
    """What a linear model reads of examples."""

    def fit(self, inputs: NDArray[Any]) -> Any:
        """Of training examples, (examples, features), and learn what they are."""

    def transform(self, inputs: NDArray[Any]) -> Any:
        """The same of other examples."""


@dataclass(frozen=True, kw_only=True)
class LinearScore:
    """What a linear model came to.

    Attributes:
        accuracy: On the test split, by the study's metric, a fraction.
        correct: Base64 of `numpy.packbits`, a bit for each test example in its stored order.
        description: What it is and what it reads.
        examples: That it was trained on.
        converged: Whether its training ended by itself.
        seconds: Of training and scoring.
    """

    accuracy: float
    correct: str
    description: str
    examples: int
    converged: bool
    seconds: float


@dataclass(frozen=True, kw_only=True)
class LinearBaselineJob:
    """Logistic regression, each class against the others, on all examples that are not test.

    Its penalty is the one that scores best on the validation split, the first of equals. Nothing
    of it is drawn, so that it is the same on like machines.
    """

    dataset: Dataset
    metric: Metric = Metric.ACCURACY

    def run(self, on_look: OnLook) -> LinearScore:
        """Train, then open the test split."""
        start = time.monotonic()
        training, validation = (self._few(split) for split in self.dataset.training())
        known = _joined(training, validation)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            penalty = self._penalty(training, validation)
            test = self.dataset.test()
            correct = self._correct(known, test, [penalty])[0]
        return LinearScore(
            accuracy=mean(correct, self.metric.weights(np.asarray(test.labels))),
            correct=base64.b64encode(np.packbits(correct).tobytes()).decode("ascii"),
            description=f"logistic regression on {self._read(known)}",
            examples=len(known.labels),
            converged=not any("onverge" in str(each.message) for each in caught),
            seconds=round(time.monotonic() - start, 3),
        )

    def _few(self, split: Split) -> Split:
        """As many examples as can be trained on in a moment, evenly spread."""
        dataset = self.dataset
        known = dataset.sizes["train"] + dataset.sizes["validation"]
        most = min(_MOST_EXAMPLES, _MOST_WORK // len(dataset.labels))
        chosen = slice(None, None, max(1, -(-known // most)))
        return Split(np.asarray(split.inputs[chosen]), np.asarray(split.labels[chosen]))

    def _penalty(self, training: Split, validation: Split) -> float:
        weights = self.metric.weights(validation.labels)
        scores = [mean(each, weights) for each in self._correct(training, validation, _WEAKEST)]
        return _WEAKEST[int(np.argmax(scores))]

    def _correct(
        self, known: Split, asked: Split, penalties: Sequence[float]
    ) -> list[NDArray[np.bool_]]:
        """For each inverse penalty: which of the examples it answers rightly, (examples,)."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        features = self._features(known)
        read, other = features.fit(known.inputs), features.transform(asked.inputs)
        found = []
        for penalty in penalties:
            # Of its solvers the fastest by far on many sparse features.
            model = OneVsRestClassifier(LogisticRegression(C=penalty, solver="liblinear"))
            found.append(model.fit(read, known.labels).predict(other) == asked.labels)
        return found

    def _features(self, known: Split) -> Features:
        from study.training.linear_features import NGrams, Summaries

        if known.inputs.ndim == _NUMBERS:
            return Summaries()
        longest = 4 if self.dataset.level is Level.CHARACTER else 2
        return NGrams(longest, self.dataset.vocabulary)

    def _read(self, known: Split) -> str:
        """What the model reads of an example."""
        if known.inputs.ndim == _NUMBERS:
            return "statistics of each feature over the steps that the cells read"
        character = self.dataset.level is Level.CHARACTER
        grams = "runs of 1 to 4 characters" if character else "words and pairs of words"
        last = self.dataset.sequence_length
        return f"TF-IDF-weighted counts of {grams} among the last {last:,}, which the cells read"


def _joined(*splits: Split) -> Split:
    return Split(
        np.concatenate([split.inputs for split in splits]),
        np.concatenate([split.labels for split in splits]),
    )
