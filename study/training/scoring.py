"""A confirmed model: trained afresh, and scored once on the test split."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from study.datasets.dataset import Dataset
from study.machine.files import write_atomically
from study.training.job import OnLook, Result, TrainingJob
from study.training.speed import Speed, measure_speed

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a confirmation run measured.

    Attributes:
        test_accuracy: A fraction.
        correct: Base64 of `numpy.packbits`, a bit for each test example in its stored order.
        speed: Of such a model.
    """

    training: Result
    test_accuracy: float
    correct: str
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
        _, correct = runner.evaluate(self.training.dataset.test())
        if self.save_to is not None:
            self._save(model, self.save_to)
        return Score(
            training=result,
            test_accuracy=float(np.mean(correct)),
            correct=base64.b64encode(np.packbits(correct).tobytes()).decode("ascii"),
            speed=self.speed or measure_speed(candidate, task, splits),
        )

    def _save(self, model: "keras.Model", path: Path) -> None:
        """Save the model with the stock layers, so that Keras loads it without this package."""
        from study.training.model import with_stock_layers

        path.parent.mkdir(parents=True, exist_ok=True)
        stock = with_stock_layers(model, self.training.candidate, self.training.task)
        with write_atomically(path) as temporary:
            stock.save(temporary)


def test_labels(dataset: Dataset) -> NDArray[np.int32]:
    """The class numbers of the test split, (examples,), in stored order."""
    return np.array(dataset.test().labels)
