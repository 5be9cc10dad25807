"""Epochs on any backend of Keras: one call a batch."""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import NDArray

from search_spaces.candidate import Candidate
from study.training.model import compile_model
from study.training.runners.epoch_runner import (
    EVALUATED,
    EpochRunner,
    Weights,
    cross_entropy,
    most_probable,
)

if TYPE_CHECKING:
    from study.datasets.dataset import Split


class GenericRunner(EpochRunner):
    """Trains the model itself, with Keras' own steps."""

    def load(self, model: keras.Model, candidate: Candidate) -> None:
        self._model = model
        self._candidate = candidate
        self.batch_size = candidate.batch_size

    def start(self) -> None:
        compile_model(self._model, self._candidate, weighted_metrics=["accuracy"])

    def train(self, split: "Split", order: NDArray[np.integer[Any]]) -> tuple[float, float]:
        totals = np.zeros(2)
        for start in range(0, len(order), self.batch_size):
            batch = order[start : start + self.batch_size]
            measured = self._model.train_on_batch(
                split.inputs[batch], split.labels[batch], return_dict=True
            )
            totals += np.array([measured["loss"], measured["accuracy"]], float) * len(batch)
        loss, accuracy = totals / len(order)
        return float(loss), float(accuracy)

    def answers(self, split: "Split") -> tuple[NDArray[np.float32], NDArray[np.integer[Any]]]:
        probabilities = np.concatenate(
            [
                self._model.predict_on_batch(split.inputs[start : start + EVALUATED])
                for start in range(0, len(split.labels), EVALUATED)
            ]
        )
        labels = np.asarray(split.labels)
        losses, answered = cross_entropy(labels, probabilities), most_probable(probabilities)
        return keras.ops.convert_to_numpy(losses), keras.ops.convert_to_numpy(answered)

    def weights(self) -> Weights:
        weights: Weights = self._model.get_weights()
        return weights
