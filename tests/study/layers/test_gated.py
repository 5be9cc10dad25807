"""The layers that Keras has not, against loops in NumPy written after their papers."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from search_spaces.cells import Cell

Array = NDArray[np.float64]
Products = Callable[[int, Array], Array]  # of a gate with the inputs and what it sees of the state


def sigmoid(values: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-values))
    return result


def minimal_gated_unit(h: Array, c: Array, gate: Products) -> tuple[Array, Array]:
    f = sigmoid(gate(0, h))
    return (1 - f) * h + f * np.tanh(gate(1, f * h)), c


def lstm_coupled_gates(h: Array, c: Array, gate: Products) -> tuple[Array, Array]:
    i, g, o = sigmoid(gate(0, h)), np.tanh(gate(1, h)), sigmoid(gate(2, h))
    c = (1 - i) * c + i * g
    return o * np.tanh(c), c


def min_gru(h: Array, c: Array, gate: Products) -> tuple[Array, Array]:
    z = sigmoid(gate(0, h))
    return (1 - z) * h + z * gate(1, h), c


@pytest.mark.parametrize(
    ("cell", "step"),
    [
        (Cell.MINIMAL_GATED_UNIT, minimal_gated_unit),
        (Cell.LSTM_COUPLED_GATES, lstm_coupled_gates),
        (Cell.MIN_GRU, min_gru),
    ],
)
def test_the_layer_is_what_its_paper_says(
    cell: Cell, step: Callable[[Array, Array, Products], tuple[Array, Array]]
) -> None:
    layer, random = cell.layer(5), np.random.default_rng(0)
    layer.build((None, 6, 4))
    layer.set_weights([random.normal(size=weight.shape) for weight in layer.weights])
    kernel, *recurrent, bias = layer.get_weights()
    inputs = random.normal(size=(3, 6, 4)).astype(np.float32)
    h = c = np.zeros((3, 5))
    for x in inputs.swapaxes(0, 1):

        def gate(number: int, seen: Array, x: Array = x) -> Array:
            of_gate = np.s_[..., 5 * number : 5 * (number + 1)]
            product: Array = x @ kernel[of_gate] + bias[of_gate]
            return product + seen @ recurrent[0][of_gate] if recurrent else product

        h, c = step(h, c, gate)
    np.testing.assert_allclose(layer(inputs), h, rtol=0, atol=1e-5)


def test_the_coupled_gates_begin_as_open_as_the_forget_gate_of_keras() -> None:
    layer = Cell.LSTM_COUPLED_GATES.layer(2)
    layer.build((None, 3, 1))
    np.testing.assert_array_equal(layer.cell.bias, [-1, -1, 0, 0, 0, 0])


def test_dropping_what_min_gru_writes_drops_units_of_its_state() -> None:
    inputs = np.random.default_rng(0).normal(size=(2, 6, 4)).astype(np.float32)
    layer = Cell.MIN_GRU.layer(50, recurrent_dropout=0.5, return_sequences=True, seed=0)
    whole, dropped = (np.asarray(layer(inputs, training=training)) for training in (False, True))
    kept = dropped[:, -1:] != 0
    assert 25 < kept.sum() < 75
    np.testing.assert_allclose(dropped, 2 * whole * kept, rtol=1e-4, atol=1e-6)
