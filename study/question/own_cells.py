"""A user's own cells, held against the layers that they make."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from search_spaces.cells import Cell
from study.errors import UserError
from study.machine.native_output import unheard_start

if TYPE_CHECKING:
    import keras

_SHAPES = ((1, 1), (3, 5), (16, 7), (16, 8))  # of inputs and units


def check_own(cells: Iterable[Cell]) -> None:
    """Refuse a user's cell that is no cell of the size that it says.

    Raises:
        UserError: It makes no such layer, one that cannot be saved, or one of another size.
    """
    for cell in cells:
        for inputs, units in _SHAPES if cell.own else ():
            with unheard_start():
                fault = _fault(cell, inputs, units)
            if fault:
                raise UserError(fault)


def _fault(cell: Cell, inputs: int, units: int) -> str:
    import keras

    try:
        layer = cell.layer(
            units, dropout=0.1, recurrent_dropout=0.1, return_sequences=True, name="recurrent_1"
        )
        shape = layer(keras.Input((4, inputs))).shape
        said = cell.parameters(inputs, units)
    except Exception as error:
        return (
            f"A cell makes a layer and says its size, but {cell} cannot for {inputs} inputs and "
            f"{units} units ({type(error).__name__}: {error}). Correct it."
        )
    if shape != (None, 4, units):
        return (
            f"A cell returns its units at every step with return_sequences, (None, 4, {units}) "
            f"here, but {cell} returns {shape}. Correct its layer."
        )
    counted = sum(math.prod(weight.shape) for weight in layer.trainable_weights)
    if said != counted:
        return (
            f"By its arithmetic, {cell} has {said} parameters for {inputs} inputs and {units} "
            f"units, but its layer has {counted}. Correct one of them."
        )
    return _saving_fault(cell, layer)


def _saving_fault(cell: Cell, layer: "keras.Layer") -> str:
    import keras

    try:
        keras.layers.deserialize(keras.layers.serialize(layer))
    except Exception as error:
        return (
            f"A trained model is saved, but the layer of {cell} cannot be made again from its "
            f"configuration ({type(error).__name__}). Decorate its classes with "
            "keras.saving.register_keras_serializable, and give them what they lack of "
            "get_config and from_config."
        )
    return ""
