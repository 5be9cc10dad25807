"""Copies of models whose fused layers have round widths.

A compiled function serves one set of shapes, and a search asks for another width in every
trial. Units too many change nothing: with zeros for their weights their state and all their
gradients stay exactly zero, and Adam leaves them there. So one wide copy trains every
narrower model, and what was compiled for it is kept.
"""

import json
from itertools import chain
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from study.layers.fused import Fused, FusedGRU, FusedLSTM

_MULTIPLE = 16  # float32 in a vector register of 512 bits: 121 units take as long as 128
_FUSED = tuple(keras.saving.get_registered_name(layer) for layer in (FusedLSTM, FusedGRU))

Array = NDArray[Any]


def architecture(model: keras.Model) -> str:
    """What models have in common that one wide copy serves, as JSON.

    Models of other layers than the search's, or with masks, share it with their like only.
    """
    config = keras.saving.serialize_keras_object(model)
    return json.dumps(_common(config, widen=_can_be_widened(model)), sort_keys=True)


def _can_be_widened(model: keras.Model) -> bool:
    """Whether units of zero leave all other units alone, and every loop is a fused one."""
    return all(
        (isinstance(layer, Fused) and layer.fused)
        or (isinstance(layer, keras.layers.Embedding) and not layer.mask_zero)
        or isinstance(layer, keras.layers.InputLayer | keras.layers.Dropout | keras.layers.Dense)
        for layer in flat_layers(model)
    )


def wide_model(architecture: str) -> keras.Model:
    """A model, with weights of its own, that is as wide as any of the architecture.

    Its rates of dropout are placeholders: 0.5 where the models have any.
    """
    return keras.saving.deserialize_keras_object(json.loads(architecture))


def flat_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers, those inside `Bidirectional` in its place."""
    return [cell for layer in model.layers for cell in _cells(layer)]


def fused_layers(model: keras.Model) -> list[Fused]:
    """The fused layers, those inside `Bidirectional` too."""
    return [layer for layer in flat_layers(model) if isinstance(layer, Fused)]


def resized(weights: list[Array], model: keras.Model) -> list[Array]:
    """The weights, of a model or of its wide copy, in the shapes of the other one: `model`."""
    triples = zip(weights, model.weights, _blocks(model), strict=True)
    return [_resized(weight, tuple(own.shape), blocks) for weight, own, blocks in triples]


def _resized(weight: Array, shape: tuple[int, ...], blocks: tuple[int, ...]) -> Array:
    """Cut or pad each axis with zeros, within each of the equal blocks it consists of."""

    def split(shape: tuple[int, ...]) -> list[int]:
        return list(
            chain.from_iterable((n, size // n) for n, size in zip(blocks, shape, strict=True))
        )

    result = np.zeros(split(shape), weight.dtype)
    whole = weight.reshape(split(weight.shape))
    shared = tuple(slice(min(pair)) for pair in zip(result.shape, whole.shape, strict=True))
    result[shared] = whole[shared]
    return result.reshape(shape)


def _blocks(model: keras.Model) -> list[tuple[int, ...]]:
    """For each weight, of how many blocks each axis consists: gates, or concatenated layers."""
    blocks: list[tuple[int, ...]] = []
    inputs = 1
    for layer in model.layers:
        cells = _cells(layer)
        for cell in cells:
            gates = cell.gates if isinstance(cell, Fused) else 1
            axes = [[1] * (len(weight.shape) - 1) + [gates] for weight in cell.weights]
            if axes:
                axes[0][0] = inputs  # the kernel's
            blocks += [tuple(axis) for axis in axes]
        if layer.weights:
            concatenated = getattr(layer, "merge_mode", None) == "concat"
            inputs = len(cells) if concatenated else 1
    return blocks


def _cells(layer: keras.Layer) -> list[keras.Layer]:
    if isinstance(layer, keras.layers.Bidirectional):
        return [layer.forward_layer, layer.backward_layer]
    return [layer]


def _common(config: Any, *, widen: bool) -> Any:
    """Without what a fit does away with; to widen, also without what follows from the widths."""
    if isinstance(config, list | tuple):
        return [_common(item, widen=widen) for item in config]
    if not isinstance(config, dict):
        return config
    config = {
        key: _common(value, widen=widen)
        for key, value in config.items()
        if key not in ("build_config", "compile_config")
    }
    if widen and config.get("registered_name") in _FUSED:
        layer = config["config"]
        layer["units"] += -layer["units"] % _MULTIPLE
        layer["seed"] = 0
        for rate in ("dropout", "recurrent_dropout"):
            layer[rate] = 0.5 if 0 < layer[rate] < 1 else 0.0
    if config.get("class_name") == "__keras_tensor__":
        config["config"]["shape"] = []  # found anew from where the tensor comes from
    return config
