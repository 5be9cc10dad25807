"""A candidate as a Keras model, and what it is trained by."""

import re
from typing import Any

import keras

from search_spaces.candidate import Candidate, Task


def build(
    candidate: Candidate, task: Task, sequence_length: int, *, seed: int, fused: bool = True
) -> keras.Model:
    """Embedding, of tokens -> recurrent layers -> Dense, with fresh weights.

    Args:
        sequence_length: Steps per example.
        seed: Of the initial weights and of the dropout masks.
        fused: Use our layer where the cell has one; False takes the stock layer.

    Returns:
        A model from tokens (batch, steps), int32, or numbers (batch, steps, features), float32,
        to class probabilities: (batch, 1), that of the second class, for two classes; else
        (batch, classes).
    """
    keras.utils.set_random_seed(seed)
    inputs, outputs = _inputs(candidate, task, sequence_length)
    for depth in range(1, candidate.layers + 1):
        layer = _recurrent(candidate, sequences=depth < candidate.layers, depth=depth, fused=fused)
        outputs = layer(outputs)
    activation = "sigmoid" if task.outputs == 1 else "softmax"
    outputs = keras.layers.Dense(task.outputs, activation=activation, name="classes")(outputs)
    return keras.Model(inputs, outputs, name=re.sub(r"\W", "_", candidate.cell))


def _inputs(candidate: Candidate, task: Task, sequence_length: int) -> tuple[Any, Any]:
    """What the model takes, and what its first recurrent layer reads of it."""
    if not task.has_embedding:
        shape = (sequence_length, candidate.embedding)
        numbers = keras.Input(shape, dtype="float32", name="numbers")
        return numbers, numbers
    tokens = keras.Input((sequence_length,), dtype="int32", name="tokens")
    embedding = keras.layers.Embedding(task.vocabulary, candidate.embedding, name="embedding")
    return tokens, embedding(tokens)


def _recurrent(candidate: Candidate, *, sequences: bool, depth: int, fused: bool) -> keras.Layer:
    layer = ((fused and candidate.cell.fused_layer) or candidate.cell.layer)(
        candidate.units,
        dropout=candidate.dropout,
        recurrent_dropout=candidate.recurrent_dropout,
        return_sequences=sequences,
        name=f"recurrent_{depth}",
    )
    if not candidate.bidirectional:
        return layer
    return keras.layers.Bidirectional(layer, name=f"bidirectional_{depth}")


def with_stock_layers(model: keras.Model, candidate: Candidate, task: Task) -> keras.Model:
    """A copy of the candidate's model, weights included, without our fused layers.

    What is saved of it loads wherever Keras is, without this package, if the cell is Keras' own;
    of another cell, once its module is imported: see `Cell.module`.
    """
    copy = build(candidate, task, model.input_shape[1], seed=0, fused=False)
    copy.set_weights(model.get_weights())
    return copy


def optimizer(candidate: Candidate) -> keras.optimizers.Optimizer:
    """A fresh Adam, as the candidate is trained with."""
    return keras.optimizers.Adam(candidate.learning_rate)


def loss_name(outputs: int) -> str:
    """Keras' name of the cross-entropy of so many outputs: 1 for two classes, else one a class."""
    return "binary_crossentropy" if outputs == 1 else "sparse_categorical_crossentropy"


def compile_model(model: keras.Model, candidate: Candidate, **options: Any) -> None:
    """Make the model ready for Keras' own `fit`.

    Args:
        options: Of `keras.Model.compile`, besides optimizer and loss.
    """
    loss = loss_name(model.output_shape[-1])
    model.compile(optimizer=optimizer(candidate), loss=loss, **options)
