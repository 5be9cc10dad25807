"""A confirmed model: trained afresh, and scored once on the test split."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from study.datasets.dataset import Dataset, Split
from study.machine.files import write_atomically
from study.training.job import OnLook, Result, TrainingJob

if TYPE_CHECKING:
    import keras

_PASSES = 5
_TIMED = 2048  # examples: enough for a steady figure, few enough to cost little


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a confirmation run measured.

    Attributes:
        test_accuracy: A fraction.
        correct: Base64 of `numpy.packbits`, a bit for each test example in its stored order.
        inference_microseconds: Per example, at the evaluation batch size; the fastest of
            several passes over the validation split, or over its beginning where it is long,
            since other trainings run beside.
    """

    training: Result
    test_accuracy: float
    correct: str
    inference_microseconds: float


@dataclass(frozen=True, kw_only=True)
class ConfirmationJob:
    """A training, scored on the test split.

    Attributes:
        save_to: The model's file; None saves none.
    """

    training: TrainingJob
    save_to: Path | None = None

    def run(self, on_look: OnLook) -> Score:
        """Train, then open the test split.

        Raises:
            TrainingError: As in a search.
        """
        from study.training.runners.choice import runner_for

        dataset = self.training.dataset
        splits = self.training.splits()
        result, model = self.training.train(splits, on_look)
        runner = runner_for(model, self.training.candidate, self.training.task)
        timed = Split(*(part[:_TIMED] for part in splits[1]))
        seconds = min(_timed(lambda: runner.evaluate(timed)) for _ in range(_PASSES))
        _, correct = runner.evaluate(dataset.test())
        if self.save_to is not None:
            self._save(model, self.save_to)
        return Score(
            training=result,
            test_accuracy=float(np.mean(correct)),
            correct=base64.b64encode(np.packbits(correct).tobytes()).decode("ascii"),
            inference_microseconds=1e6 * seconds / len(timed.labels),
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


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
