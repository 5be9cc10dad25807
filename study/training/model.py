"""A candidate as a Keras model."""

from collections.abc import Callable
from functools import partial

import keras

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.layers.fused import FusedGRU, FusedLSTM


def build(
    candidate: Candidate, task: Task, sequence_length: int, *, seed: int, fused: bool = True
) -> keras.Model:
    """Embedding -> recurrent layers -> Dense, with fresh weights.

    Args:
        sequence_length: Tokens per example.
        seed: Of the initial weights and of the dropout masks.
        fused: Use our layers where the cell has one; False takes Keras' own.

    Returns:
        A model from tokens (batch, steps), int32, to class probabilities: (batch, 1), that
        of the second class, for two classes; else (batch, classes).
    """
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((sequence_length,), dtype="int32", name="tokens")
    outputs = keras.layers.Embedding(task.vocabulary, candidate.embedding, name="embedding")(inputs)
    for depth in range(1, candidate.layers + 1):
        layer = _recurrent(candidate, sequences=depth < candidate.layers, depth=depth, fused=fused)
        outputs = layer(outputs)
    activation = "sigmoid" if task.outputs == 1 else "softmax"
    outputs = keras.layers.Dense(task.outputs, activation=activation, name="classes")(outputs)
    return keras.Model(inputs, outputs, name=candidate.cell.value.replace("-", "_"))


def _recurrent(candidate: Candidate, *, sequences: bool, depth: int, fused: bool) -> keras.Layer:
    layer = _LAYERS[candidate.cell][fused](
        candidate.units,
        dropout=candidate.dropout,
        recurrent_dropout=candidate.recurrent_dropout,
        return_sequences=sequences,
        name=f"recurrent_{depth}",
    )
    if not candidate.bidirectional:
        return layer
    return keras.layers.Bidirectional(layer, name=f"bidirectional_{depth}")


_LAYERS: dict[Cell, tuple[Callable[..., keras.Layer], Callable[..., keras.Layer]]] = {
    # Keras' own layer, and ours where there is one
    Cell.LSTM: (keras.layers.LSTM, FusedLSTM),
    Cell.GRU: (keras.layers.GRU, FusedGRU),
    Cell.GRU_RESET_BEFORE: (
        partial(keras.layers.GRU, reset_after=False),
        partial(FusedGRU, reset_after=False),
    ),
    Cell.SIMPLE_RNN: (keras.layers.SimpleRNN, keras.layers.SimpleRNN),
}
