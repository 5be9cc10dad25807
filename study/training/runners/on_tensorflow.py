"""Epochs on TensorFlow: one call of one compiled function each."""

import math
from itertools import chain
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from search_spaces.candidate import Candidate
from study.layers.fused import DropoutRates, Fused
from study.training.model import optimizer
from study.training.runners.epoch_runner import (
    EVALUATED,
    EpochRunner,
    Weights,
    cross_entropy,
    is_correct,
    most_probable,
)
from study.training.runners.padding import pad_weights

if TYPE_CHECKING:
    from study.datasets.dataset import Split


class TensorFlowRunner(EpochRunner):
    """Trains models inside their wide twin (see `padding`).

    An epoch is a loop inside XLA, and so is a part of one: batches are gathered there, weights
    and Adam's moments stay where they are, and neither Python nor tf.data runs between the
    steps. The learning rate and the rates of dropout are variables, so that nothing is
    compiled twice.
    """

    def __init__(self, wide: keras.Model, candidate: Candidate) -> None:
        """Take a twin.

        Args:
            candidate: The twin's: see `pad_widths`.
        """
        self._wide = wide
        self._units = candidate.units
        self._optimizer = optimizer(candidate)
        self._optimizer.build(wide.trainable_variables)
        layers = _flat_layers(wide)
        # Layers that call cuDNN cannot be compiled.
        compiled = all(layer.supports_jit for layer in layers)
        self._steps = tf.function(self._train_steps, jit_compile=compiled)
        self._evaluation = tf.function(self._evaluate_batch, reduce_retracing=True)
        self._rates = DropoutRates(
            inputs=tf.Variable(candidate.dropout) if candidate.dropout else None,
            state=tf.Variable(candidate.recurrent_dropout) if candidate.recurrent_dropout else None,
        )
        for layer in layers:
            if isinstance(layer, Fused):
                layer.rates = self._rates

    def load(self, model: keras.Model, candidate: Candidate) -> None:
        self.batch_size = candidate.batch_size
        self._learning_rate = candidate.learning_rate
        weights = model.get_weights()
        # Not the model itself: a runner outlives many.
        self._shapes = [weight.shape for weight in weights]
        wide_shapes = [weight.shape for weight in self._wide.weights]
        self._wide.set_weights(pad_weights(weights, candidate.units, wide_shapes))
        for ours, given in zip(_states(self._wide), _states(model), strict=True):
            ours.assign(given)
        if self._rates.inputs is not None:
            self._rates.inputs.assign(candidate.dropout)
        if self._rates.state is not None:
            self._rates.state.assign(candidate.recurrent_dropout)

    def start(self) -> None:
        for variable in self._optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        self._optimizer.learning_rate = self._learning_rate

    def train(self, split: "Split", order: NDArray[np.integer[Any]]) -> tuple[float, float]:
        steps = math.ceil(len(order) / self.batch_size)
        # Batches of a whole epoch, of which only the first steps are trained on: one program
        # serves any part. A batch is filled up with examples of weight 0: all have one shape.
        shape = (math.ceil(len(split.labels) / self.batch_size), self.batch_size)
        indices, weights = np.zeros(shape, np.int32), np.zeros(shape, np.float32)
        indices.flat[: len(order)] = order
        weights.flat[: len(order)] = 1
        loss, correct = _call(self._steps, *split, indices, weights, np.array(steps, np.int32))
        return float(loss) / len(order), float(correct) / len(order)

    def answers(self, split: "Split") -> tuple[NDArray[np.float32], NDArray[np.integer[Any]]]:
        parts = [
            _call(self._evaluation, *(part[start : start + EVALUATED] for part in split))
            for start in range(0, len(split.labels), EVALUATED)
        ]
        losses, answered = (np.concatenate(part) for part in zip(*parts, strict=True))
        return losses, answered

    def weights(self) -> Weights:
        return pad_weights(self._wide.get_weights(), self._units, self._shapes)

    def _train_steps(
        self,
        inputs: tf.Tensor,
        labels: tf.Tensor,
        indices: tf.Tensor,
        weights: tf.Tensor,
        steps: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """A step for each of the first rows of `indices`; the sums of losses and correct.

        Args:
            indices, weights: (batches, batch), examples and 1, or 0 for one that does not count.
            steps: Rows to train on.
        """

        def step(count: tf.Tensor, loss: tf.Tensor, correct: tf.Tensor) -> Any:
            batch = indices[count]
            more_loss, more_correct = self._train_step(
                tf.gather(inputs, batch), tf.gather(labels, batch), weights[count]
            )
            return count + 1, loss + more_loss, correct + more_correct

        _, loss, correct = tf.while_loop(lambda count, *_: count < steps, step, (0, 0.0, 0.0))
        return loss, correct

    def _train_step(
        self, inputs: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        variables = self._wide.trainable_variables
        with tf.GradientTape() as tape:
            probabilities = self._wide(inputs, training=True)
            loss = tf.reduce_sum(weights * cross_entropy(labels, probabilities))
            mean = loss / tf.reduce_sum(weights)
        self._optimizer.apply(tape.gradient(mean, variables), variables)
        correct = tf.cast(is_correct(labels, probabilities), weights.dtype)
        return loss, tf.reduce_sum(weights * correct)

    def _evaluate_batch(self, inputs: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        probabilities = self._wide(inputs, training=False)
        return cross_entropy(labels, probabilities), most_probable(probabilities)


def _call(function: Any, *arrays: NDArray[Any]) -> Any:
    tensors = [tf.constant(array) for array in arrays]
    # Straight to the trace for these shapes: `function` itself would warn of "excessive
    # tracing", since every program traces the same code once.
    return function.get_concrete_function(*tensors)(*tensors)


def _flat_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers, those inside `Bidirectional` in its place."""
    parts = [
        (layer.forward_layer, layer.backward_layer)
        if isinstance(layer, keras.layers.Bidirectional)
        else (layer,)
        for layer in model.layers
    ]
    return list(chain.from_iterable(parts))


def _states(model: keras.Model) -> list[Any]:
    """The states of the random generators; they are not among the weights."""
    weights = {id(weight) for weight in model.weights}
    return [state for state in model.non_trainable_variables if id(state) not in weights]
