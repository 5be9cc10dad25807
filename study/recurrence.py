"""The recurrences of LSTM and GRU over a whole sequence, with their gradients by hand.

What can be done for all times at once is kept out of the loop: the caller multiplies the
inputs by the kernel beforehand, and the gradient of a recurrent kernel is one product over
all times at the end, not a sum grown step by step. Inside the loop only the product with
the recurrent kernel and the gates are left.

Gates stay separate tensors from end to end. Stacking them inside the loop costs more than
it saves: XLA computes a concatenation element by element, and a stack has to be transposed
before each product over all times.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from keras import ops, tree

from study.scan import Tensor, Tensors, scan


@dataclass(frozen=True)
class Recurrence(ABC):
    """One step of a recurrent cell, its gradient, and the loop over them.

    Attributes:
        masks: Dropout masks of h, (batch, units) a gate; () for none.
        saved: How many tensors a step saves for its gradient.
        deltas: How many tensors a step of the gradient yields; the first are the
            gradients of the inputs.
    """

    masks: Tensors
    saved: ClassVar[int]
    deltas: ClassVar[int]

    def run(
        self, inputs: Tensors, weights: Tensors, state: Tensors, *, sequences: bool
    ) -> tuple[Tensors, Tensors]:
        """Run over all times.

        Args:
            inputs: Inputs multiplied by the kernel, plus bias: (time, batch, units) a gate.
            weights: Recurrent kernels, (units, units) a gate, and what else the cell has.
            state: The first state, h first: each (batch, units).
            sequences: Whether h of every time is wanted.

        Returns:
            The last state; and h of every time, (time, batch, units), if wanted, else ().
        """
        gates, parts = len(inputs), len(state)

        @ops.custom_gradient  # type: ignore[untyped-decorator]  # Keras is untyped
        def differentiable(*arguments: Tensor) -> Any:
            # Not the outer tensors: JAX refuses to differentiate what is closed over.
            inputs, weights = arguments[:gates], arguments[gates:-parts]
            outputs = self.saved + sequences
            last, kept = scan(forward(weights), arguments[-parts:], inputs, outputs=outputs)

            def gradient(*upstream: Any) -> Tensors:
                upstream = tuple(tree.flatten(upstream))  # JAX hands over one tuple
                d_last, d_every = upstream[:parts], upstream[parts:]
                d_first, deltas = scan(
                    backward(weights),
                    d_last,
                    (*kept[: self.saved], *d_every),
                    outputs=self.deltas,
                    reverse=True,
                )
                d_weights = self.weight_gradients(kept[: self.saved], deltas)
                return (*deltas[:gates], *d_weights, *d_first)

            return (*last, *kept[self.saved :]), gradient

        def forward(weights: Tensors) -> Any:
            def step(state: Tensors, now: Tensors) -> tuple[Tensors, Tensors]:
                state, saved = self.step(weights, state, now)
                return state, (*saved, state[0]) if sequences else saved

            return step

        def backward(weights: Tensors) -> Any:
            transposed = tuple(ops.transpose(weight) for weight in weights)  # once, not a step

            def step(d_state: Tensors, now: Tensors) -> tuple[Tensors, Tensors]:
                saved, d_output = now[: self.saved], now[self.saved :]
                d_state = (sum(d_output, d_state[0]), *d_state[1:])
                return self.step_back(transposed, d_state, saved)

            return step

        result = tuple(differentiable(*inputs, *weights, *state))
        return result[:parts], result[parts:]

    @abstractmethod
    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        """The next state, and what the gradient will need, h as it was first."""

    @abstractmethod
    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        """The gradients of the state before, and the deltas; the weights are transposed."""

    @abstractmethod
    def weight_gradients(self, saved: Tensors, deltas: Tensors) -> Tensors:
        """The gradients of the weights, from all times: each (time, batch, units)."""

    def _masked(self, h: Tensor, gates: int) -> Tensors:
        return tuple(h * mask for mask in self.masks) or (h,) * gates

    def _unmasked(self, gradients: Tensors) -> Tensor:
        """The gradient of h from those of the gates' masked copies."""
        if self.masks:
            gradients = tuple(g * m for g, m in zip(gradients, self.masks, strict=True))
        return sum(gradients[1:], gradients[0])


class LSTM(Recurrence):
    """Long short-term memory; gates in Keras' order: input, forget, candidate, output.

    With a_g = input_g + (mask_g * h) @ kernel_g: c' = sigmoid(a_f) c + sigmoid(a_i)
    tanh(a_c) and h' = sigmoid(a_o) tanh(c') (Hochreiter & Schmidhuber 1997; Gers et al. 2000).
    """

    saved = 6
    deltas = 4

    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        h, c = state
        a_i, a_f, a_g, a_o = _affine(self._masked(h, 4), weights, inputs)
        i, f, g, o = ops.sigmoid(a_i), ops.sigmoid(a_f), ops.tanh(a_g), ops.sigmoid(a_o)
        next_c = f * c + i * g
        return (o * ops.tanh(next_c), next_c), (h, c, i, f, g, o)

    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        dh, dc = d_state
        _, c, i, f, g, o = saved
        t = ops.tanh(f * c + i * g)
        dc = dc + dh * o * (1 - t * t)
        deltas = (
            dc * g * i * (1 - i),
            dc * c * f * (1 - f),
            dc * i * (1 - g * g),
            dh * t * o * (1 - o),
        )
        return (self._unmasked(_products(deltas, weights)), dc * f), deltas

    def weight_gradients(self, saved: Tensors, deltas: Tensors) -> Tensors:
        return _kernel_gradients(self._masked(saved[0], 4), deltas)


class GRU(Recurrence):
    """Gated recurrent unit that resets h; gates in Keras' order: update, reset, candidate.

    With h_g = mask_g * h: z = sigmoid(input_z + h_z @ kernel_z), r likewise,
    n = tanh(input_n + (r * h_n) @ kernel_n), h' = z h + (1 - z) n (Cho et al. 2014; Keras'
    `reset_after=False`).
    """

    saved = 4
    deltas = 3

    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (h,) = state
        h_z, h_r, h_n = self._masked(h, 3)
        a_z, a_r = _affine((h_z, h_r), weights[:2], inputs[:2])
        z, r = ops.sigmoid(a_z), ops.sigmoid(a_r)
        n = ops.tanh(inputs[2] + ops.matmul(r * h_n, weights[2]))
        return (z * h + (1 - z) * n,), (h, z, r, n)

    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        (dh,) = d_state
        h, z, r, n = saved
        d_n = dh * (1 - z) * (1 - n * n)
        (d_reset,) = _products((d_n,), weights[2:])
        d_r = d_reset * self._masked(h, 3)[2] * r * (1 - r)
        d_z = dh * (h - n) * z * (1 - z)
        d_gates = _products((d_z, d_r), weights[:2])
        return (dh * z + self._unmasked((*d_gates, d_reset * r)),), (d_z, d_r, d_n)

    def weight_gradients(self, saved: Tensors, deltas: Tensors) -> Tensors:
        h, _, r, _ = saved
        h_z, h_r, h_n = self._masked(h, 3)
        return _kernel_gradients((h_z, h_r, r * h_n), deltas)


class GRUResetAfter(Recurrence):
    """Gated recurrent unit that resets the product with h, as cuDNN's and Keras' default.

    As `GRU`, but n = tanh(input_n + r * (h_n @ kernel_n + bias)); the bias, (units,), is
    the last of the weights. The other gates' recurrent biases belong to their inputs.
    """

    saved = 5
    deltas = 4

    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (h,) = state
        *kernels, bias = weights
        a_z, a_r, p = _affine(self._masked(h, 3), tuple(kernels), (*inputs[:2], bias))
        z, r = ops.sigmoid(a_z), ops.sigmoid(a_r)
        n = ops.tanh(inputs[2] + r * p)
        return (z * h + (1 - z) * n,), (h, z, r, n, p)

    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        (dh,) = d_state
        h, z, r, n, p = saved
        d_n = dh * (1 - z) * (1 - n * n)
        d_r = d_n * p * r * (1 - r)
        d_z = dh * (h - n) * z * (1 - z)
        d_p = d_n * r
        d_h = self._unmasked(_products((d_z, d_r, d_p), weights[:3]))
        return (dh * z + d_h,), (d_z, d_r, d_n, d_p)

    def weight_gradients(self, saved: Tensors, deltas: Tensors) -> Tensors:
        d_z, d_r, _, d_p = deltas
        kernels = _kernel_gradients(self._masked(saved[0], 3), (d_z, d_r, d_p))
        return (*kernels, ops.sum(d_p, axis=(0, 1)))


def _affine(inputs: Tensors, kernels: Tensors, biases: Tensors) -> Tensors:
    products = _products(inputs, kernels)
    return tuple(product + bias for product, bias in zip(products, biases, strict=True))


def _products(values: Tensors, kernels: Tensors) -> Tensors:
    return tuple(ops.matmul(value, kernel) for value, kernel in zip(values, kernels, strict=True))


def _kernel_gradients(inputs: Tensors, deltas: Tensors) -> Tensors:
    """For each gate, the sum over times and examples of inputs^T deltas."""
    return tuple(
        ops.matmul(ops.transpose(_flat(x)), _flat(delta))
        for x, delta in zip(inputs, deltas, strict=True)
    )


def _flat(values: Tensor) -> Tensor:
    """From (time, batch, units) to (time * batch, units).

    A product over two axes would copy its transposed operand, element by element; XLA leaves
    the transposition of a matrix to the product.
    """
    return ops.reshape(values, (-1, values.shape[-1]))
