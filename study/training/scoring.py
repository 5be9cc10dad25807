"""A confirmed model: trained afresh, and scored once on the test split."""

import base64
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from study.datasets.dataset import Dataset
from study.datasets.metric import mean
from study.training.job import OnLook, Result, TrainingJob
from study.training.saving import save
from study.training.speed import Speed, measure_speed


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a confirmation run measured.

    Attributes:
        test_accuracy: By the training's metric, a fraction.
        correct: Base64 of `numpy.packbits`, a bit for each test example in its stored order.
        confusion: Test examples by true and by answered class, as `pack_counts` packs them.
        speed: Of such a model.
    """

    training: Result
    test_accuracy: float
    correct: str
    confusion: str
    speed: Speed


@dataclass(frozen=True, kw_only=True)
class ConfirmationJob:
    """A training, scored on the test split.

    Attributes:
        speed: Of such a model, where it is known; it is measured where it is not.
        save_to: The model's file; None saves none.
    """

    training: TrainingJob
    speed: Speed | None = None
    save_to: Path | None = None

    def run(self, on_look: OnLook) -> Score:
        """Train, then open the test split.

        Raises:
            TrainingError: As in a search.
        """
        from study.training.runners.choice import runner_for

        candidate, task = self.training.candidate, self.training.task
        splits = self.training.splits()
        result, model = self.training.train(splits, on_look)
        runner = runner_for(model, candidate, task)
        test = self.training.dataset.test()
        _, answered = runner.answers(test)
        correct = answered == test.labels
        if self.save_to is not None:
            save(model, self.training, self.save_to)
        return Score(
            training=result,
            test_accuracy=mean(correct, self.training.metric.weights(test.labels)),
            correct=base64.b64encode(np.packbits(correct).tobytes()).decode("ascii"),
            confusion=pack_counts(test.labels, answered, task.classes),
            speed=self.speed or measure_speed(candidate, task, splits),
        )


def pack_counts(labels: NDArray[Any], answered: NDArray[Any], classes: int) -> str:
    """How many examples of each class were taken for each: (classes, classes), little-endian int32.

    Base64 of zlib; `reports.findings.classes` reads it.
    """
    pairs = np.asarray(labels, np.int64) * classes + answered
    counts = np.bincount(pairs, minlength=classes**2).astype("<i4")
    return base64.b64encode(zlib.compress(counts.tobytes(), 9)).decode("ascii")


def test_labels(dataset: Dataset) -> NDArray[np.int32]:
    """The class numbers of the test split, (examples,), in stored order."""
    return np.array(dataset.test().labels)
