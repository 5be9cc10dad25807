"""Epochs on TensorFlow: one call of one compiled function each."""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from study.layers.fused import DropoutRates
from study.training.runners.epoch_runner import (
    EVALUATED,
    EpochRunner,
    Weights,
    cross_entropy,
    is_correct,
)
from study.training.runners.padding import flat_layers, fused_layers, resized, wide_model

if TYPE_CHECKING:
    from study.datasets.dataset import Split


class TensorFlowRunner(EpochRunner):
    """Trains a wide copy of the models of an architecture (see `padding`).

    An epoch is a loop inside XLA: batches are gathered there, weights and Adam's moments
    stay where they are, and neither Python nor tf.data runs between the steps. The learning
    rate and the rates of dropout are variables, so that nothing is compiled twice.
    """

    def __init__(self, architecture: str) -> None:
        self._wide = wide_model(architecture)
        self._optimizer = keras.optimizers.Adam()
        self._optimizer.build(self._wide.trainable_variables)
        # Layers that call cuDNN cannot be compiled.
        compiled = all(layer.supports_jit for layer in flat_layers(self._wide))
        self._epoch = tf.function(self._train_steps, jit_compile=compiled)
        self._evaluation = tf.function(self._evaluate_batch, reduce_retracing=True)
        self._rates = [_variables(layer.dropout_rates()) for layer in fused_layers(self._wide)]
        for layer, rates in zip(fused_layers(self._wide), self._rates, strict=True):
            layer.rates = rates

    def load(self, model: keras.Model) -> None:
        self._wide.set_weights(resized(model.get_weights(), self._wide))
        for ours, given in zip(_states(self._wide), _states(model), strict=True):
            ours.assign(given)
        for rates, layer in zip(self._rates, fused_layers(model), strict=True):
            given_rates = layer.dropout_rates()
            if rates.inputs is not None:
                rates.inputs.assign(given_rates.inputs)
            if rates.state is not None:
                rates.state.assign(given_rates.state)

    def start(self, learning_rate: float) -> None:
        for variable in self._optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        self._optimizer.learning_rate = learning_rate

    def train(
        self, split: "Split", order: NDArray[np.integer[Any]], batch_size: int
    ) -> tuple[float, float]:
        # The last batch is filled up with examples of weight 0: every batch has one shape.
        missing = -len(order) % batch_size
        indices = np.pad(order, (0, missing)).astype(np.int32).reshape(-1, batch_size)
        weights = np.pad(np.ones(len(order), np.float32), (0, missing)).reshape(-1, batch_size)
        loss, correct = _call(self._epoch, *split, indices, weights)
        return float(loss) / len(order), float(correct) / len(order)

    def evaluate(self, split: "Split") -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        parts = [
            _call(self._evaluation, *(part[start : start + EVALUATED] for part in split))
            for start in range(0, len(split.labels), EVALUATED)
        ]
        losses, correct = (np.concatenate(part) for part in zip(*parts, strict=True))
        return losses, correct

    def weights(self, model: keras.Model) -> Weights:
        return resized(self._wide.get_weights(), model)

    def _train_steps(
        self, tokens: tf.Tensor, labels: tf.Tensor, indices: tf.Tensor, weights: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """A step for each row of `indices` and `weights`; the sums of losses and correct."""
        steps = indices.shape[0]

        def step(count: tf.Tensor, loss: tf.Tensor, correct: tf.Tensor) -> Any:
            batch = indices[count]
            more_loss, more_correct = self._train_step(
                tf.gather(tokens, batch), tf.gather(labels, batch), weights[count]
            )
            return count + 1, loss + more_loss, correct + more_correct

        _, loss, correct = tf.while_loop(
            lambda count, *_: count < steps, step, (0, 0.0, 0.0), maximum_iterations=steps
        )
        return loss, correct

    def _train_step(
        self, tokens: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        variables = self._wide.trainable_variables
        with tf.GradientTape() as tape:
            probabilities = self._wide(tokens, training=True)
            loss = tf.reduce_sum(weights * cross_entropy(labels, probabilities))
            mean = loss / tf.reduce_sum(weights)
        self._optimizer.apply(tape.gradient(mean, variables), variables)
        correct = tf.cast(is_correct(labels, probabilities), weights.dtype)
        return loss, tf.reduce_sum(weights * correct)

    def _evaluate_batch(self, tokens: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        probabilities = self._wide(tokens, training=False)
        return cross_entropy(labels, probabilities), is_correct(labels, probabilities)


def _call(function: Any, *arrays: NDArray[Any]) -> Any:
    tensors = [tf.constant(array) for array in arrays]
    # Straight to the trace for these shapes: `function` itself would warn of "excessive
    # tracing", since every program traces the same code once.
    return function.get_concrete_function(*tensors)(*tensors)


def _variables(rates: DropoutRates) -> DropoutRates:
    return DropoutRates(
        inputs=None if rates.inputs is None else tf.Variable(rates.inputs),
        state=None if rates.state is None else tf.Variable(rates.state),
    )


def _states(model: keras.Model) -> list[Any]:
    """The states of the random generators; they are not among the weights."""
    weights = {id(weight) for weight in model.weights}
    return [state for state in model.non_trainable_variables if id(state) not in weights]
