"""Keras' LSTM and GRU layers, several times faster on a CPU.

Weights, names, initialisers, dropout and configuration are those of the stock layers, of
which these are subclasses: only the loop over time is another one.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import keras
from keras import ops

from study.layers.cells import GRU, LSTM, GRUResetAfter
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
    """

    gates: ClassVar[int]
    rates: DropoutRates | None = None

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
            and (cell.recurrent_dropout > 0 or not _has_gpu())
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
        dtype = self.compute_dtype
        state = tuple(ops.convert_to_tensor(part, dtype=dtype) for part in state)
        rates = self.dropout_rates() if training else DropoutRates(None, None)
        input_masks = self._masks(sequences[0], rates.inputs, shared=self.cell.implementation != 1)
        masks = self._masks(state[0], rates.state)
        kind, biases, others = self._recurrence()
        weights = Weights(
            kernels=_split(self.cell.kernel, self.gates),
            biases=biases,
            recurrent=(*_split(self.cell.recurrent_kernel, self.gates), *others),
        )
        return kind(input_masks, masks).run(
            sequences, weights, state, sequences=self.return_sequences
        )

    def dropout_rates(self) -> DropoutRates:
        """The rates in use; as in the stock layer, a rate of 1 is none."""
        if self.rates is not None:
            return self.rates
        own = (self.cell.dropout, self.cell.recurrent_dropout)
        return DropoutRates(*(rate if 0 < rate < 1 else None for rate in own))

    def _masks(self, values: Tensor, rate: Any, *, shared: bool = False) -> Tensors:
        """Dropout masks, one a gate, drawn in the order of the stock cell; () for no dropout."""
        if rate is None:
            return ()
        masks = tuple(
            _dropout_mask(values, rate, self.cell.seed_generator)
            for _ in range(1 if shared else self.gates)
        )
        return masks * self.gates if shared else masks

    @abstractmethod
    def _recurrence(self) -> tuple[type[Recurrence], Tensors, Tensors]:
        """The recurrence, the gates' biases, and the recurrent weights that are no kernels."""

    def _biases(self, rows: int) -> list[Tensors]:
        """The biases of the gates, from each row of the cell's; zeros where it has none."""
        if not self.cell.use_bias:
            return [(ops.zeros(self.units, self.compute_dtype),) * self.gates] * rows
        bias = ops.reshape(ops.convert_to_tensor(self.cell.bias), (rows, -1))
        return [_split(row, self.gates) for row in ops.unstack(bias)]


@keras.saving.register_keras_serializable("isoparam")
class FusedLSTM(Fused, keras.layers.LSTM):  # type: ignore[misc]
    """`keras.layers.LSTM`, with its arguments, on a faster loop."""

    gates = 4

    def _recurrence(self) -> tuple[type[Recurrence], Tensors, Tensors]:
        (biases,) = self._biases(1)
        return LSTM, biases, ()


@keras.saving.register_keras_serializable("isoparam")
class FusedGRU(Fused, keras.layers.GRU):  # type: ignore[misc]
    """`keras.layers.GRU`, with its arguments, on a faster loop."""

    gates = 3

    def _recurrence(self) -> tuple[type[Recurrence], Tensors, Tensors]:
        if not self.cell.reset_after:
            (biases,) = self._biases(1)
            return GRU, biases, ()
        (z, r, n), (recurrent_z, recurrent_r, recurrent_n) = self._biases(2)
        # Outside the candidate's reset product the two biases only ever occur as a sum.
        return GRUResetAfter, (z + recurrent_z, r + recurrent_r, n), (recurrent_n,)


def _has_gpu() -> bool:
    return any(device.startswith("gpu") for device in keras.distribution.list_devices())


def to_stock(model: keras.Model) -> keras.Model:
    """A copy of the model, weights included, made of Keras' own layers alone.

    What is saved of it loads wherever Keras is, without this package.
    """
    config = _as_stock(keras.saving.serialize_keras_object(model))
    copy = keras.saving.deserialize_keras_object(config)
    copy.set_weights(model.get_weights())
    return copy


def _as_stock(config: Any) -> Any:
    if isinstance(config, list | tuple):
        return [_as_stock(item) for item in config]
    if not isinstance(config, dict):
        return config
    config = {k: _as_stock(value) for k, value in config.items() if k != "compile_config"}
    for fused, stock in ((FusedLSTM, "LSTM"), (FusedGRU, "GRU")):
        if config.get("registered_name") == keras.saving.get_registered_name(fused):
            config |= {"module": "keras.layers", "class_name": stock, "registered_name": None}
    return config


def _dropout_mask(values: Tensor, rate: Any, seed: keras.random.SeedGenerator) -> Tensor:
    if isinstance(rate, float):
        return keras.random.dropout(ops.ones_like(values), rate, seed=seed)
    kept = keras.random.uniform(ops.shape(values), dtype=values.dtype, seed=seed) >= rate
    return ops.cast(kept, values.dtype) / (1 - rate)


def _split(weight: Any, parts: int) -> Tensors:
    return tuple(ops.split(ops.convert_to_tensor(weight), parts, axis=-1))
