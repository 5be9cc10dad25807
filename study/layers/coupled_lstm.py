"""The LSTM with coupled gates: what it forgets makes room for what it takes in."""

from typing import Any

import keras
from keras import ops

from study.layers.gated import FusedGated, GatedCell, GatedLayer
from study.layers.products import affine, products
from study.layers.recurrence import Recurrence
from study.layers.scan import Tensor, Tensors


@keras.saving.register_keras_serializable("isoparam")
class CoupledLSTMCell(GatedCell):
    """An LSTM whose forget gate is 1 - i: c' = (1 - i) c + i g, h' = o tanh(c').

    Greff, Srivastava, Koutnik, Steunebrink and Schmidhuber 2017, "LSTM: a search space odyssey"
    (arXiv 1503.04069), CIFG, here without peepholes, as Keras' LSTM. Gates in the kernels' order:
    input, candidate, output. The input gate's bias begins at -1, since then 1 - i is what Keras'
    `unit_forget_bias` makes of the forget gate: sigmoid(1).
    """

    gates = 3

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(units, **options)
        self.state_size = [units, units]

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if self.bias is not None:
            closed = ops.concatenate([-ops.ones(self.units), ops.zeros(2 * self.units)])
            self.bias.assign(closed)

    def call(self, sequence: Tensor, states: Any, training: bool = False) -> tuple[Tensor, Any]:
        h, c = states
        seen, kernels = self.masked(h, training), tuple(self.kernels())
        a_i, a_g, a_o = affine(seen, kernels, self.products(sequence, training))
        i, g, o = ops.sigmoid(a_i), self.activation(a_g), ops.sigmoid(a_o)
        c = (1 - i) * c + i * g
        h = o * self.activation(c)
        return h, [h, c]

    def get_initial_state(self, batch_size: Any = None) -> list[Tensor]:
        shape = (batch_size, self.units)
        return [ops.zeros(shape, dtype=self.compute_dtype) for _ in self.state_size]


@keras.saving.register_keras_serializable("isoparam")
class CoupledLSTM(GatedLayer):
    """A layer of `CoupledLSTMCell`: 3u(d + u + 1) parameters."""

    cell_class = CoupledLSTMCell


class Step(Recurrence):
    """The step of `CoupledLSTMCell`."""

    gates = 3
    saved = 5
    deltas = 3

    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        h, c = state
        a_i, a_g, a_o = affine(self._masked(h), weights, inputs)
        i, g, o = ops.sigmoid(a_i), ops.tanh(a_g), ops.sigmoid(a_o)
        next_c = (1 - i) * c + i * g
        return (o * ops.tanh(next_c), next_c), (h, c, i, g, o)

    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        dh, dc = d_state
        _, c, i, g, o = saved
        t = ops.tanh((1 - i) * c + i * g)  # tanh(c'): cheaper to compute again than to save
        dc = dc + dh * o * (1 - t * t)  # h' = o tanh(c')
        deltas = (
            dc * (g - c) * i * (1 - i),  # c' = (1 - i) c + i g
            dc * i * (1 - g * g),
            dh * t * o * (1 - o),
        )
        return (self._unmasked(products(deltas, weights)), dc * (1 - i)), deltas

    def recurrent_products(self, saved: Tensors, deltas: Tensors) -> tuple[Tensors, Tensors]:
        return self._masked(saved[0]), deltas


@keras.saving.register_keras_serializable("isoparam")
class FusedCoupledLSTM(FusedGated, CoupledLSTM):
    """`CoupledLSTM`, with its arguments, on the fast loop."""

    recurrence = Step
