"""Keras' LSTM and GRU on a fast loop: their steps, and the layers.

In every step inputs, states, gates and gradients are (batch, units), kernels (units, units).
The derivative of sigmoid is s (1 - s) of its value s, that of tanh is 1 - t^2 of its value t. A
delta d_x is the gradient of what the gate x squashes, hence also of its product with the inputs.
"""

import keras
from keras import ops

from study.layers.fused import Fused
from study.layers.products import affine, products
from study.layers.recurrence import Recurrence
from study.layers.scan import Tensors


class LSTM(Recurrence):
    """Long short-term memory; gates in Keras' order: input, forget, candidate, output.

    With a_x = input_x + (mask_x * h) @ kernel_x: c' = sigmoid(a_f) c + sigmoid(a_i)
    tanh(a_g) and h' = sigmoid(a_o) tanh(c') (Hochreiter & Schmidhuber 1997; Gers et al. 2000).
    """

    gates = 4
    saved = 6
    deltas = 4

    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        h, c = state
        a_i, a_f, a_g, a_o = affine(self._masked(h), weights, inputs)
        i, f, g, o = ops.sigmoid(a_i), ops.sigmoid(a_f), ops.tanh(a_g), ops.sigmoid(a_o)
        next_c = f * c + i * g
        return (o * ops.tanh(next_c), next_c), (h, c, i, f, g, o)

    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        dh, dc = d_state
        _, c, i, f, g, o = saved
        t = ops.tanh(f * c + i * g)  # tanh(c'): cheaper to compute again than to save
        dc = dc + dh * o * (1 - t * t)  # h' = o tanh(c')
        deltas = (
            dc * g * i * (1 - i),  # c' = f c + i g
            dc * c * f * (1 - f),
            dc * i * (1 - g * g),
            dh * t * o * (1 - o),
        )
        return (self._unmasked(products(deltas, weights)), dc * f), deltas

    def recurrent_products(self, saved: Tensors, deltas: Tensors) -> tuple[Tensors, Tensors]:
        return self._masked(saved[0]), deltas


class GRU(Recurrence):
    """Gated recurrent unit that resets h; gates in Keras' order: update, reset, candidate.

    With h_x = mask_x * h: z = sigmoid(input_z + h_z @ kernel_z), r likewise,
    n = tanh(input_n + (r * h_n) @ kernel_n), h' = z h + (1 - z) n (Cho et al. 2014; Keras'
    `reset_after=False`).
    """

    gates = 3
    saved = 4
    deltas = 3

    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (h,) = state
        h_z, h_r, h_n = self._masked(h)
        a_z, a_r = affine((h_z, h_r), weights[:2], inputs[:2])
        z, r = ops.sigmoid(a_z), ops.sigmoid(a_r)
        n = ops.tanh(inputs[2] + ops.matmul(r * h_n, weights[2]))
        return (z * h + (1 - z) * n,), (h, z, r, n)

    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        (dh,) = d_state
        h, z, r, n = saved
        d_n = dh * (1 - z) * (1 - n * n)  # h' = z h + (1 - z) n
        (d_reset,) = products((d_n,), weights[2:])  # of r * h_n, a product with both
        d_r = d_reset * self._masked(h)[2] * r * (1 - r)
        d_z = dh * (h - n) * z * (1 - z)
        d_gates = products((d_z, d_r), weights[:2])
        return (dh * z + self._unmasked((*d_gates, d_reset * r)),), (d_z, d_r, d_n)

    def recurrent_products(self, saved: Tensors, deltas: Tensors) -> tuple[Tensors, Tensors]:
        h, _, r, _ = saved
        h_z, h_r, h_n = self._masked(h)
        return (h_z, h_r, r * h_n), deltas


class GRUResetAfter(Recurrence):
    """Gated recurrent unit that resets the product with h, as cuDNN's and Keras' default.

    As `GRU`, but n = tanh(input_n + r * p) with p = h_n @ kernel_n + bias; the bias, (units,), is
    the last of the weights. The other gates' recurrent biases belong to their inputs.
    """

    gates = 3
    saved = 5
    deltas = 4  # p's beside the gates': r stands between it and n's

    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (h,) = state
        *kernels, bias = weights
        a_z, a_r, p = affine(self._masked(h), tuple(kernels), (*inputs[:2], bias))
        z, r = ops.sigmoid(a_z), ops.sigmoid(a_r)
        n = ops.tanh(inputs[2] + r * p)
        return (z * h + (1 - z) * n,), (h, z, r, n, p)

    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        (dh,) = d_state
        h, z, r, n, p = saved
        d_n = dh * (1 - z) * (1 - n * n)  # h' = z h + (1 - z) n
        d_r = d_n * p * r * (1 - r)  # n = tanh(... + r p)
        d_z = dh * (h - n) * z * (1 - z)
        d_p = d_n * r
        d_h = self._unmasked(products((d_z, d_r, d_p), weights[:3]))
        return (dh * z + d_h,), (d_z, d_r, d_n, d_p)

    def recurrent_products(self, saved: Tensors, deltas: Tensors) -> tuple[Tensors, Tensors]:
        d_z, d_r, _, d_p = deltas
        return self._masked(saved[0]), (d_z, d_r, d_p)

    def other_gradients(self, deltas: Tensors) -> Tensors:
        return (ops.sum(deltas[3], axis=(0, 1)),)


@keras.saving.register_keras_serializable("isoparam")
class FusedLSTM(Fused, keras.layers.LSTM):  # type: ignore[misc]  # Keras is untyped
    """`keras.layers.LSTM`, with its arguments, on a faster loop."""

    recurrence = LSTM


@keras.saving.register_keras_serializable("isoparam")
class FusedGRU(Fused, keras.layers.GRU):  # type: ignore[misc]
    """`keras.layers.GRU`, with its arguments, on a faster loop."""

    @property
    def recurrence(self) -> type[Recurrence]:
        return GRUResetAfter if self.cell.reset_after else GRU

    def biases(self) -> tuple[Tensors, Tensors]:
        if not self.cell.reset_after:
            return super().biases()
        (z, r, n), (recurrent_z, recurrent_r, recurrent_n) = self._bias_rows(2)
        # Outside the candidate's reset product the two biases only ever occur as a sum.
        return (z + recurrent_z, r + recurrent_r, n), (recurrent_n,)
