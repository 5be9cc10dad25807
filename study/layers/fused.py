"""Keras' recurrent layers, several times faster on a CPU.

Weights, names, initialisers, dropout and configuration are those of the stock layers, of
which these are subclasses: only the loop over time is another one.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import keras
from keras import ops

from study.layers.recurrence import Recurrence, Weights
from study.layers.scan import BACKENDS, Tensor, Tensors


@dataclass(frozen=True)
class DropoutRates:
    """The share of inputs and of state set to 0: numbers, or tensors in [0, 1); None is none."""

    inputs: Any
    state: Any


class Fused(keras.layers.RNN):  # type: ignore[misc]  # Keras is untyped
    """The loop over time; goes before a stock layer among the bases.

    Attributes:
        rates: Dropout rates in place of the layer's own, if set: as tensors they let one
            compiled function serve any rate.
        calls_cudnn: Whether the stock layer does, on a GPU and without recurrent dropout.
    """

    rates: DropoutRates | None = None
    calls_cudnn: ClassVar[bool] = True

    @property
    def fused(self) -> bool:
        """Whether calls without a mask run the fast loop; else all run the stock layer's.

        On a GPU without recurrent dropout the stock layer is faster: it calls cuDNN.
        """
        cell = self.cell
        return (
            keras.backend.backend() in BACKENDS
            and not self.unroll
            and not self.stateful
            and cell.activation is keras.activations.tanh
            and cell.recurrent_activation is keras.activations.sigmoid
            and (cell.recurrent_dropout > 0 or not (self.calls_cudnn and _has_gpu()))
        )

    def call(
        self,
        sequences: Tensor,
        initial_state: Any = None,
        mask: Tensor | None = None,
        training: bool | None = False,
    ) -> Any:
        """As the stock layer: see `keras.layers.RNN`."""
        if mask is not None or not self.fused:
            return super().call(sequences, initial_state, mask, training)
        if initial_state is None:
            initial_state = self.get_initial_state(ops.shape(sequences)[0])
        elif not isinstance(initial_state, list | tuple):
            initial_state = (initial_state,)
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
        state, every = self._run(ops.swapaxes(sequences, 0, 1), tuple(initial_state), training)
        output = ops.swapaxes(every[0], 0, 1) if every else state[0]
        return (output, *state) if self.return_state else output

    def _run(
        self, sequences: Tensor, state: Tensors, training: bool | None
    ) -> tuple[Tensors, Tensors]:
        """From (time, batch, features) to the last state and h of every time, if returned."""
        dtype, gates = self.compute_dtype, self.recurrence.gates
        state = tuple(ops.convert_to_tensor(part, dtype=dtype) for part in state)
        rates = self.dropout_rates() if training else DropoutRates(None, None)
        # As in Keras: implementation 1 draws a mask of the inputs for each gate, 2 one for all.
        input_masks = self.masks(sequences[0], rates.inputs, shared=self.cell.implementation != 1)
        masks = self.masks(state[0], rates.state)
        biases, others = self.biases()
        weights = Weights(
            kernels=_split(self.cell.kernel, gates),
            biases=biases,
            recurrent=(*self.recurrent_kernels(), *others),
        )
        return self.recurrence(input_masks, masks).run(
            sequences, weights, state, sequences=self.return_sequences
        )

    def dropout_rates(self) -> DropoutRates:
        """The rates in use; as in the stock layer, a rate of 1 is none."""
        if self.rates is not None:
            return self.rates
        own = (self.cell.dropout, self.cell.recurrent_dropout)
        return DropoutRates(*(rate if 0 < rate < 1 else None for rate in own))

    def masks(self, values: Tensor, rate: Any, *, shared: bool = False) -> Tensors:
        """Dropout masks, drawn in the order of the stock cell; () for no dropout.

        Args:
            shared: Draw one for all gates; else one for each.
        """
        if rate is None:
            return ()
        gates = self.recurrence.gates
        masks = tuple(
            _dropout_mask(values, rate, self.cell.seed_generator)
            for _ in range(1 if shared else gates)
        )
        return masks * gates if shared else masks

    @property
    @abstractmethod
    def recurrence(self) -> type[Recurrence]:
        """The steps of the cell."""

    def recurrent_kernels(self) -> Tensors:
        """Each gate's, (units, units)."""
        return _split(self.cell.recurrent_kernel, self.recurrence.gates)

    def biases(self) -> tuple[Tensors, Tensors]:
        """The gates' biases, and the recurrent weights that are no kernels: here none."""
        (row,) = self._bias_rows(1)
        return row, ()

    def _bias_rows(self, rows: int) -> list[Tensors]:
        """The biases of the gates, from each row of the cell's; zeros where it has none."""
        gates = self.recurrence.gates
        if not self.cell.use_bias:
            return [(ops.zeros(self.units, self.compute_dtype),) * gates] * rows
        bias = ops.reshape(ops.convert_to_tensor(self.cell.bias), (rows, -1))
        return [_split(row, gates) for row in ops.unstack(bias)]


def _has_gpu() -> bool:
    return any(device.startswith("gpu") for device in keras.distribution.list_devices())


def _dropout_mask(values: Tensor, rate: Any, seed: keras.random.SeedGenerator) -> Tensor:
    if isinstance(rate, float):
        return keras.random.dropout(ops.ones_like(values), rate, seed=seed)
    # As `keras.random.dropout`, which takes no tensor for its rate in a compiled function.
    kept = keras.random.uniform(ops.shape(values), dtype=values.dtype, seed=seed) >= rate
    return ops.cast(kept, values.dtype) / (1 - rate)


def _split(weight: Any, parts: int) -> Tensors:
    return tuple(ops.split(ops.convert_to_tensor(weight), parts, axis=-1))
