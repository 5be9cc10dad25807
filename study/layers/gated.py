"""What the layers that Keras has not share: cells of several gates, and layers made of them."""

from typing import Any, ClassVar

import keras
from keras import ops

from study.layers.fused import Fused
from study.layers.products import masked, products
from study.layers.scan import Tensor, Tensors

_OF_THE_CELL = ("units", "activation", "use_bias", "dropout", "recurrent_dropout", "seed")


class GatedCell(keras.layers.SimpleRNNCell):  # type: ignore[misc]  # Keras is untyped
    """One step of a cell with several gates; weights, options and masks are named as in Keras.

    Dropout draws a mask of the inputs and one of the state for each gate and sequence, as Keras'
    LSTM and GRU do where they drop the state (Gal and Ghahramani 2016).

    Attributes:
        gates: Blocks of `units` columns in each kernel, the candidate state's included.
        recurrent_activation: Of the gates: sigmoid.
    """

    gates: ClassVar[int]
    implementation = 1  # in Keras' words: a mask of the inputs for each gate
    recurrent_activation = staticmethod(keras.activations.sigmoid)

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(units, **options)
        # XLA merges products of one operand, which costs more than it saves: twice the time.
        self.dropout_mask_count = self.gates

    def build(self, input_shape: Any) -> None:
        self._add("kernel", (input_shape[-1], self.gates * self.units), self.kernel_initializer)
        self.build_recurrent()
        self.bias = None
        if self.use_bias:
            self._add("bias", (self.gates * self.units,), self.bias_initializer)

    def build_recurrent(self) -> None:
        """Make the weights that the state is multiplied by."""
        shape = (self.units, self.gates * self.units)
        self._add("recurrent_kernel", shape, self.recurrent_initializer)

    def _add(self, name: str, shape: tuple[int, ...], initializer: Any) -> None:
        setattr(self, name, self.add_weight(shape=shape, name=name, initializer=initializer))

    def products(self, inputs: Tensor, training: bool) -> Tensors:
        """Each gate's product with the inputs, (batch, features), plus bias: (batch, units)."""
        masks = self.get_dropout_mask(inputs) if training and 0 < self.dropout < 1 else ()
        kernels = tuple(ops.split(self.kernel, self.gates, axis=-1))
        values = products(masked(inputs, tuple(masks), self.gates), kernels)
        if self.bias is None:
            return values
        biases = ops.split(self.bias, self.gates)
        return tuple(value + bias for value, bias in zip(values, biases, strict=True))

    def masked(self, state: Tensor, training: bool) -> Tensors:
        """What each gate sees of the state, (batch, units)."""
        if training and 0 < self.recurrent_dropout < 1:
            return masked(state, tuple(self.get_recurrent_dropout_mask(state)), self.gates)
        return (state,) * self.gates

    def kernels(self) -> list[Tensor]:
        """Each gate's recurrent kernel, (units, units)."""
        parts: list[Tensor] = ops.split(self.recurrent_kernel, self.gates, axis=-1)
        return parts


class GatedLayer(keras.layers.RNN):  # type: ignore[misc]
    """A layer of such a cell: its options, then those of `keras.layers.RNN`.

    Attributes:
        cell_class: Of its cell.
    """

    cell_class: ClassVar[type[GatedCell]]

    def __init__(self, units: int, **options: Any) -> None:
        """Make a layer.

        Args:
            options: `activation` ("tanh"), `use_bias` (True), `dropout` (0), `recurrent_dropout`
                (0) and `seed` are the cell's; others those of `keras.layers.RNN`.
        """
        of_cell = {name: options.pop(name) for name in _OF_THE_CELL if name in options}
        cell = self.cell_class(units, dtype=options.get("dtype"), name="cell", **of_cell)
        super().__init__(cell, **options)

    @property
    def units(self) -> int:
        """Width of the state."""
        units: int = self.cell.units
        return units

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        of_cell = config.pop("cell")["config"]
        return {**config, **{name: of_cell[name] for name in _OF_THE_CELL}}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "GatedLayer":
        return cls(**config)


class FusedGated(Fused):
    """Such a layer on the fast loop; goes before the layer among the bases."""

    calls_cudnn = False
