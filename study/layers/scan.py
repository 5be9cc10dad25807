"""A loop over time that every backend runs in its own fastest form."""

from collections.abc import Callable
from typing import Any

import keras

Tensor = Any
Tensors = tuple[Tensor, ...]
Shape = tuple[Any, ...]
Step = Callable[[Any, Tensors], tuple[Any, Tensors]]

BACKENDS = frozenset({"tensorflow", "jax"})  # those with a loop here


def scan(
    step: Step, state: Any, inputs: Tensors, shapes: tuple[Shape, ...], *, reverse: bool = False
) -> tuple[Any, Tensors]:
    """Carry a state through time, as `jax.lax.scan` does.

    `keras.ops.scan` will not do: on TensorFlow it has one output per state.

    Args:
        step: (state, inputs at one time) -> (next state, outputs at that time).
        state: The first state: tensors, in tuples of any depth.
        inputs: Each (time, ...), of one type.
        shapes: The shape of each output of a step; outputs are of the inputs' type.
        reverse: Start at the last time; outputs keep the order of the inputs.

    Returns:
        The last state, and the outputs, each (time, ...).
    """
    if keras.backend.backend() == "jax":
        import jax

        last, stacked = jax.lax.scan(step, state, inputs, reverse=reverse)
        return last, stacked
    return _tensorflow_scan(step, state, inputs, shapes, reverse)


def _tensorflow_scan(
    step: Step, state: Any, inputs: Tensors, shapes: tuple[Shape, ...], reverse: bool
) -> tuple[Any, Tensors]:
    import tensorflow as tf

    length = inputs[0].shape[0]
    if length is None:
        length = tf.shape(inputs[0])[0]
    elif length == 1:
        state, values = step(state, tuple(x[0] for x in inputs))
        return state, tuple(value[None] for value in values)
    arrays = tuple(tf.TensorArray(inputs[0].dtype, length, element_shape=shape) for shape in shapes)

    def body(count: Tensor, state: Any, arrays: Tensors) -> tuple[Tensor, Any, Tensors]:
        time = length - 1 - count if reverse else count
        state, values = step(state, tuple(x[time] for x in inputs))
        arrays = tuple(a.write(time, v) for a, v in zip(arrays, values, strict=True))
        return count + 1, state, arrays

    # The static bound is what XLA needs to stack the outputs.
    _, state, arrays = tf.while_loop(
        lambda count, *_: count < length, body, (0, state, arrays), maximum_iterations=length
    )
    return state, tuple(a.stack() for a in arrays)
