"""The minimal gated unit: one gate that forgets, resets and updates."""

from typing import Any

import keras
from keras import ops

from study.layers.gated import FusedGated, GatedCell, GatedLayer
from study.layers.recurrence import Recurrence
from study.layers.scan import Tensor, Tensors


@keras.saving.register_keras_serializable("isoparam")
class MinimalGatedUnitCell(GatedCell):
    """f = sigmoid(x W_f + h U_f + b_f), n = tanh(x W_n + (f h) U_n + b_n), h' = (1 - f) h + f n.

    Zhou, Wu, Zhang and Zhou 2016, "Minimal gated unit for recurrent neural networks"
    (arXiv 1603.09420). Gates in the kernels' order: forget, candidate.
    """

    gates = 2

    def call(self, sequence: Tensor, states: Any, training: bool = False) -> tuple[Tensor, Any]:
        (h,) = states
        kernel_f, kernel_n = self.kernels()
        input_f, input_n = self.products(sequence, training)
        seen_f, seen_n = self.masked(h, training)
        f = ops.sigmoid(input_f + ops.matmul(seen_f, kernel_f))
        n = self.activation(input_n + ops.matmul(f * seen_n, kernel_n))
        h = (1 - f) * h + f * n
        return h, [h]


@keras.saving.register_keras_serializable("isoparam")
class MinimalGatedUnit(GatedLayer):
    """A layer of `MinimalGatedUnitCell`: 2u(d + u + 1) parameters."""

    cell_class = MinimalGatedUnitCell


class Step(Recurrence):
    """The step of `MinimalGatedUnitCell`."""

    gates = 2
    saved = 3
    deltas = 2

    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (h,) = state
        h_f, h_n = self._masked(h)
        f = ops.sigmoid(inputs[0] + ops.matmul(h_f, weights[0]))
        n = ops.tanh(inputs[1] + ops.matmul(f * h_n, weights[1]))
        return ((1 - f) * h + f * n,), (h, f, n)

    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        (dh,) = d_state
        h, f, n = saved
        d_n = dh * f * (1 - n * n)  # h' = (1 - f) h + f n
        d_reset = ops.matmul(d_n, weights[1])  # of f * h_n, a product with both
        d_f = (dh * (n - h) + d_reset * self._masked(h)[1]) * f * (1 - f)
        d_gates = (ops.matmul(d_f, weights[0]), d_reset * f)
        return (dh * (1 - f) + self._unmasked(d_gates),), (d_f, d_n)

    def recurrent_products(self, saved: Tensors, deltas: Tensors) -> tuple[Tensors, Tensors]:
        h, f, _ = saved
        h_f, h_n = self._masked(h)
        return (h_f, f * h_n), deltas


@keras.saving.register_keras_serializable("isoparam")
class FusedMinimalGatedUnit(FusedGated, MinimalGatedUnit):
    """`MinimalGatedUnit`, with its arguments, on the fast loop."""

    recurrence = Step
