"""minGRU: a gated unit whose gates do not see its state, which is therefore linear in itself."""

from typing import Any

import keras
from keras import ops

from study.layers.gated import FusedGated, GatedCell, GatedLayer
from study.layers.products import kernel_gradient, masked
from study.layers.recurrence import Recurrence, Weights
from study.layers.scan import Tensor, Tensors


@keras.saving.register_keras_serializable("isoparam")
class MinGRUCell(GatedCell):
    """z = sigmoid(x W_z + b_z), n = x W_n + b_n, h' = (1 - z) h + z n.

    Feng, Tung, Ahmed, Bengio and Hajimirsadeghi 2024, "Were RNNs all we needed?" (arXiv
    2410.01201), section 3.1. Gates in the kernels' order: update, candidate.

    The gates see no state whose copies could be dropped. Recurrent dropout drops units of what
    is written into it instead: n is multiplied by the mask (Semeniuta, Severyn and Barth 2016,
    "Recurrent dropout without memory loss", arXiv 1603.05118). With one mask a sequence that is
    dropout of the whole state, as h is linear in n. A mask on the h that is carried would
    multiply it at every step, and let it vanish or grow without bound.
    """

    gates = 2

    def build_recurrent(self) -> None:
        """None: nothing is multiplied by the state."""

    def call(self, sequence: Tensor, states: Any, training: bool = False) -> tuple[Tensor, Any]:
        (h,) = states
        a_z, n = self.products(sequence, training)
        z = ops.sigmoid(a_z)
        h = (1 - z) * h + z * self.masked(n, training)[0]
        return h, [h]


@keras.saving.register_keras_serializable("isoparam")
class MinGRU(GatedLayer):
    """A layer of `MinGRUCell`: 2u(d + 1) parameters."""

    cell_class = MinGRUCell


class Step(Recurrence):
    """The step of `MinGRUCell`."""

    gates = 2
    saved = 3
    deltas = 2

    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (h,) = state
        z, n = ops.sigmoid(inputs[0]), self._written(inputs[1])
        return ((1 - z) * h + z * n,), (h, z, n)

    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        (dh,) = d_state
        h, z, n = saved
        return (dh * (1 - z),), (dh * (n - h) * z * (1 - z), self._written(dh * z))

    def _written(self, values: Tensor) -> Tensor:
        return values * self.masks[0] if self.masks else values

    def recurrent_products(self, saved: Tensors, deltas: Tensors) -> tuple[Tensors, Tensors]:
        return (), ()

    def weight_gradients(self, x: Tensor, saved: Tensors, deltas: Tensors) -> Weights:
        inputs = zip(masked(x, self.input_masks, self.gates), deltas, strict=True)
        kernels = tuple(kernel_gradient(values, delta) for values, delta in inputs)
        return Weights(kernels, tuple(ops.sum(delta, axis=(0, 1)) for delta in deltas), ())


@keras.saving.register_keras_serializable("isoparam")
class FusedMinGRU(FusedGated, MinGRU):
    """`MinGRU`, with its arguments, on the fast loop."""

    recurrence = Step

    def recurrent_kernels(self) -> Tensors:
        return ()
