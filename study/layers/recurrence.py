"""Recurrent cells over whole sequences, with their gradients by hand.

What can be done for many times at once is kept out of the loop over time: the inputs are
multiplied by the kernel beforehand, and the gradients of the kernels are products over many
times afterwards, not sums grown step by step. Inside the loop only the product with the
recurrent kernel and the gates are left.

Many times are not all times: a sequence is worked through in chunks, whose products, gates
and gradients are still in the processor's cache when they are needed next.

With x the inputs, h the state and delta_t the gradient of the loss by x_t @ kernel at time t:
    d kernel = sum over t of x_t^T delta_t    d bias = sum over t and examples of delta_t
    d recurrent = sum over t of h_t^T delta_t    d x_t = delta_t kernel^T
of which only the deltas need the loop. A mask is constant over time and multiplies x and h, not
the kernels: every example has its own. So its gradient is the mask times that of the product.

Gates stay separate tensors from end to end. Stacking them inside the loop costs more than
it saves: XLA computes a concatenation element by element, and a stack has to be transposed
before each product over many times.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from keras import ops, tree

from study.layers.products import kernel_gradient, masked, product, unmasked
from study.layers.scan import Shape, Step, Tensor, Tensors, scan

CHUNK = 3 * 2**15  # numbers of one gate; several such tensors lie in a cache of 1 MiB


class Weights(NamedTuple):
    """What a recurrence multiplies by and adds.

    Attributes:
        kernels: Of the inputs, (features, units) a gate.
        biases: Of the gates, (units,) each.
        recurrent: Recurrent kernels, (units, units) a gate, and what else the cell has.
    """

    kernels: Tensors
    biases: Tensors
    recurrent: Tensors


@dataclass(frozen=True)
class Recurrence(ABC):
    """One step of a recurrent cell, its gradient, and the loop over them.

    Attributes:
        input_masks: Dropout masks of the inputs, (batch, features) a gate; () for none.
        masks: Dropout masks of h, (batch, units) a gate; () for none.
        gates: How many products with the inputs there are.
        saved: How many tensors, (batch, units), a step saves for its gradient.
        deltas: How many tensors, (batch, units), a step of the gradient yields; the first are
            the gradients of the gates' products with the inputs.
    """

    input_masks: Tensors
    masks: Tensors
    gates: ClassVar[int]
    saved: ClassVar[int]
    deltas: ClassVar[int]

    def run(
        self, inputs: Tensor, weights: Weights, state: Tensors, *, sequences: bool
    ) -> tuple[Tensors, Tensors]:
        """Run over all times.

        Args:
            inputs: (time, batch, features).
            weights: See `Weights`.
            state: The first state, h first: each (batch, units).
            sequences: Whether h of every time is wanted.

        Returns:
            The last state; and h of every time, (time, batch, units), if wanted, else ().
        """
        times = _times(inputs.shape, state[0].shape[-1])
        rest = inputs.shape[0] % times if times else 0
        if not rest:
            return self._run(inputs, weights, state, sequences, times)
        # No whole chunk: a loop of its own, since a loop's chunks have one shape.
        state, early = self._run(inputs[:rest], weights, state, sequences, rest)
        state, late = self._run(inputs[rest:], weights, state, sequences, times)
        return state, tuple(ops.concatenate(pair) for pair in zip(early, late, strict=True))

    def _run(
        self, inputs: Tensor, weights: Weights, state: Tensors, sequences: bool, times: int | None
    ) -> tuple[Tensors, Tensors]:
        """As `run`, in chunks of so many times, of which the inputs are a multiple."""
        parts = len(state)
        nested = (inputs, weights, state)
        chunk = (times, *state[0].shape)  # (time, batch, units) of all that a chunk yields

        @ops.custom_gradient  # type: ignore[untyped-decorator]  # Keras is untyped
        def differentiable(*flat: Tensor) -> Any:
            # Not the outer tensors: JAX refuses to differentiate what is closed over.
            inputs, weights, state = tree.pack_sequence_as(nested, flat)
            chunks = _chunks(inputs, times)  # (chunk, time, batch, features)
            last, outputs = scan(
                self._chunk(weights, sequences),
                state,
                (chunks,),
                (chunk,) * (self.saved + sequences),
            )

            def gradient(*upstream: Any) -> Tensors:
                upstream = tuple(tree.flatten(upstream))  # JAX hands over one tuple
                d_last, d_every = upstream[:parts], upstream[parts:]  # of h of every time
                transposed = tree.map_structure(ops.transpose, weights)
                (d_first, d_weights), (d_inputs,) = scan(
                    self._chunk_back(transposed),
                    (d_last, tree.map_structure(ops.zeros_like, transposed)),
                    (chunks, *outputs[: self.saved], *(_chunks(d, times) for d in d_every)),
                    (chunks.shape[1:],),
                    reverse=True,
                )
                d_weights = tree.map_structure(ops.transpose, d_weights)
                return tuple(tree.flatten((_joined(d_inputs), d_weights, d_first)))

            return (*last, *map(_joined, outputs[self.saved :])), gradient

        result = tuple(differentiable(*tree.flatten(nested)))
        return result[:parts], result[parts:]

    def _chunk(self, weights: Weights, sequences: bool) -> Step:
        """Works through a chunk of inputs; what is saved and, if wanted, h come out."""

        def step(state: Tensors, now: Tensors) -> tuple[Tensors, Tensors]:
            state, saved = self.step(weights.recurrent, state, now)
            return state, (*saved, state[0]) if sequences else saved

        def chunk(state: Tensors, now: Tensors) -> tuple[Tensors, Tensors]:
            products = zip(
                masked(now[0], self.input_masks, self.gates),
                weights.kernels,
                weights.biases,
                strict=True,
            )
            return scan(
                step,
                state,
                tuple(product(inputs, kernel) + bias for inputs, kernel, bias in products),
                (state[0].shape,) * (self.saved + sequences),
            )

        return chunk

    def _chunk_back(self, weights: Weights) -> Step:
        """Works back through a chunk; the gradient of its inputs comes out.

        Carried are the gradients of the state and of all weights. Weights and their gradients
        are transposed: once, not at every time.
        """

        def step(d_state: Tensors, now: Tensors) -> tuple[Tensors, Tensors]:
            saved, d_output = now[: self.saved], now[self.saved :]
            # h goes on to the next time and, if wanted, out: its gradient is the sum of both.
            d_state = (sum(d_output, d_state[0]), *d_state[1:])
            return self.step_back(weights.recurrent, d_state, saved)

        def chunk(carried: tuple[Tensors, Weights], now: Tensors) -> Any:
            d_state, d_weights = carried
            inputs, others = now[0], now[1:]  # what was saved and, if wanted, h's gradient
            shapes = (d_state[0].shape,) * self.deltas
            d_state, deltas = scan(step, d_state, others, shapes, reverse=True)
            more = self.weight_gradients(inputs, others[: self.saved], deltas)
            d_weights = tree.map_structure(ops.add, d_weights, more)
            d_gates = zip(deltas[: self.gates], weights.kernels, strict=True)
            d_masked = tuple(product(delta, kernel) for delta, kernel in d_gates)
            return (d_state, d_weights), (unmasked(d_masked, self.input_masks),)

        return chunk

    @abstractmethod
    def step(self, weights: Tensors, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        """The next state, and what the gradient will need.

        Args:
            weights: The recurrent ones.
            state: h first; each (batch, units).
            inputs: The gates' products with the inputs, plus bias: (batch, units) a gate.
        """

    @abstractmethod
    def step_back(
        self, weights: Tensors, d_state: Tensors, saved: Tensors
    ) -> tuple[Tensors, Tensors]:
        """The gradients of the state before, and the deltas.

        Args:
            weights: The recurrent ones, transposed: (gate's units, units of h).
            d_state: The gradients of the state after, in its order.
            saved: What `step` saved.
        """

    @abstractmethod
    def recurrent_products(self, saved: Tensors, deltas: Tensors) -> tuple[Tensors, Tensors]:
        """What was multiplied by each recurrent kernel, and the gradient of each product.

        Args:
            saved, deltas: Of many times, each (time, batch, units).
        """

    def other_gradients(self, deltas: Tensors) -> Tensors:
        """The gradients of the recurrent weights that are no kernels."""
        return ()

    def weight_gradients(self, x: Tensor, saved: Tensors, deltas: Tensors) -> Weights:
        """The gradients of all weights from one chunk; those of kernels transposed."""
        kernels: Tensors = ()
        recurrent: Tensors = ()
        products = zip(
            masked(x, self.input_masks, self.gates),
            deltas[: self.gates],
            *self.recurrent_products(saved, deltas),
            strict=True,
        )
        for inputs, d_inputs, h, d_h in products:
            # [x h]^T delta is both gradients: one product is faster than two narrow ones.
            if d_h is d_inputs:
                both = kernel_gradient(ops.concatenate([inputs, h], axis=-1), d_h)
                d_kernel, d_recurrent = both[:, : x.shape[-1]], both[:, x.shape[-1] :]
            else:
                d_kernel, d_recurrent = kernel_gradient(inputs, d_inputs), kernel_gradient(h, d_h)
            kernels, recurrent = (*kernels, d_kernel), (*recurrent, d_recurrent)
        biases = tuple(ops.sum(delta, axis=(0, 1)) for delta in deltas[: self.gates])
        return Weights(kernels, biases, (*recurrent, *self.other_gradients(deltas)))

    def _masked(self, h: Tensor) -> Tensors:
        """h as each gate sees it."""
        return masked(h, self.masks, self.gates)

    def _unmasked(self, gradients: Tensors) -> Tensor:
        """The gradient of h from those of the gates' masked copies."""
        return unmasked(gradients, self.masks)


def _times(shape: Shape, units: int) -> int | None:
    """How many times to work through at once; None for all, where shapes are not known."""
    length, batch, features = shape
    if length is None or batch is None:
        return None
    most = max(1, min(length, CHUNK // max(1, batch * max(units, features))))
    # A divisor spares the rest, which would be compiled by itself.
    whole = (times for times in range(most, most // 2, -1) if length % times == 0)
    return next(whole, most)


def _chunks(values: Tensor, times: int | None) -> Tensor:
    """From (time, ...) to (chunk, time, ...)."""
    if times is None:
        return ops.expand_dims(values, 0)
    return ops.reshape(values, (values.shape[0] // times, times, *ops.shape(values)[1:]))


def _joined(chunks: Tensor) -> Tensor:
    """From (chunk, time, ...) to (time, ...)."""
    return ops.reshape(chunks, (-1, *ops.shape(chunks)[2:]))
