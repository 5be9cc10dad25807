"""The stock layers as the oracle of the fused ones, on TensorFlow and JAX.

Run as a script it compares them once; the tests do so on JAX, whose backend has to be
chosen before Keras is imported.
"""

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from search_spaces.cells import BUILT_IN, Cell
from study.layers import recurrence

Array = NDArray[np.floating[Any]]
CELLS = [cell for cell in BUILT_IN if cell.fused_layer]


@dataclass(frozen=True)
class Case:
    """A layer and its input: (batch, steps, features)."""

    cell: Cell
    shape: tuple[int, int, int] = (3, 6, 4)
    units: int = 5
    seed: int = 0
    arguments: dict[str, Any] = field(default_factory=dict)

    def layers(self) -> tuple[Any, Any]:
        """The fused and the stock layer, with the same weights and masks to come."""
        assert self.cell.fused_layer
        arguments = {"seed": self.seed} | self.arguments
        fused = self.cell.fused_layer(self.units, **arguments)
        stock = self.cell.layer(self.units, **arguments)
        for layer in (fused, stock):
            layer.build(self.shape)
        random = np.random.default_rng(self.seed)
        stock.set_weights([random.normal(0, 0.7, w.shape) for w in stock.weights])
        fused.set_weights(stock.get_weights())
        return fused, stock

    def inputs(self) -> Array:
        return np.random.default_rng(self.seed + 1).normal(size=self.shape).astype(np.float32)


def output_and_gradients(layer: Any, inputs: Array, *, training: bool) -> list[Array]:
    """The output, and the gradients of a random sum of it: of the inputs and each weight."""
    if keras.backend.backend() == "jax":
        return _with_jax(layer, inputs, training)
    import tensorflow as tf

    tensor = tf.constant(inputs)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        output = layer(tensor, training=training)
        total = tf.reduce_sum(output * _factors(output.shape))
    gradients = tape.gradient(total, [tensor, *(weight.value for weight in layer.weights)])
    return [np.asarray(value) for value in (output, *gradients)]


def _with_jax(layer: Any, inputs: Array, training: bool) -> list[Array]:
    import jax

    others = [variable.value for variable in layer.non_trainable_variables]

    def total(weights: Any, inputs: Any) -> Any:
        output, _ = layer.stateless_call(weights, others, inputs, training=training)
        return (output * _factors(output.shape)).sum(), output

    function = jax.jit(jax.value_and_grad(total, argnums=(0, 1), has_aux=True))
    weights = [variable.value for variable in layer.trainable_variables]
    (_, output), (weight_gradients, input_gradient) = function(weights, inputs)
    return [np.asarray(value) for value in (output, input_gradient, *weight_gradients)]


def _factors(shape: Any) -> Array:
    return np.random.default_rng(2).normal(size=tuple(shape)).astype(np.float32)


def assert_same(case: Case, *, training: bool = True) -> None:
    """Outputs within 1e-5; gradients within 1e-4 of the greatest in each tensor."""
    fused, stock = case.layers()
    assert fused.fused
    inputs = case.inputs()
    output, *gradients = output_and_gradients(fused, inputs, training=training)
    expected_output, *expected = output_and_gradients(stock, inputs, training=training)
    np.testing.assert_allclose(output, expected_output, rtol=0, atol=1e-5)
    for gradient, reference in zip(gradients, expected, strict=True):
        scale = max(float(np.abs(reference).max()), 1e-3)
        np.testing.assert_allclose(gradient, reference, rtol=0, atol=1e-4 * scale)


if __name__ == "__main__":
    rates = {"dropout": 0.3, "recurrent_dropout": 0.4}
    for cell in CELLS:
        assert_same(Case(cell, arguments={"return_sequences": True, **rates}))
    recurrence.CHUNK = 60  # four times of the seven at once, then the rest
    for cell in CELLS:
        assert_same(Case(cell, (3, 7, 4), arguments={"return_sequences": True, **rates}))
    print(f"same on {keras.backend.backend()}")
