import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces.cells import Cell
from study.layers import recurrence
from study.layers.cells import FusedGRU, FusedLSTM
from study.layers.fused import DropoutRates
from tests.support.commands import ROOT
from tests.support.recurrent_oracle import CELLS, Case, assert_same

# Keras 3.15 converts its variables in a way NumPy deprecates.
saving = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
cells = pytest.mark.parametrize("cell", CELLS)
arguments = st.fixed_dictionaries(
    {
        "dropout": st.sampled_from([0.0, 0.3, 1.0]),
        "recurrent_dropout": st.sampled_from([0.0, 0.4, 1.0]),
        "return_sequences": st.booleans(),
        "go_backwards": st.booleans(),
        "use_bias": st.booleans(),
    }
)


@given(
    cell=st.sampled_from(CELLS),
    shape=st.tuples(st.integers(1, 5), st.integers(1, 9), st.integers(1, 6)),
    units=st.integers(1, 8),
    arguments=arguments,
    seed=st.integers(0, 1000),
    training=st.booleans(),
    chunk=st.sampled_from([1, 50, recurrence.CHUNK]),
)
@settings(max_examples=80, deadline=None)
def test_output_and_gradients_are_those_of_the_stock_layer(
    *,
    cell: Cell,
    shape: tuple[int, int, int],
    units: int,
    arguments: dict[str, Any],
    seed: int,
    training: bool,
    chunk: int,
) -> None:
    with mock.patch.object(recurrence, "CHUNK", chunk):
        assert_same(Case(cell, shape, units, seed, arguments), training=training)


def test_the_same_on_jax() -> None:
    pytest.importorskip("jax", reason="JAX is an optional extra")
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.recurrent_oracle"],
        env=os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "same on jax", done.stderr


@cells
@pytest.mark.parametrize("rates", [{}, {"dropout": 0.3, "recurrent_dropout": 0.4}])
def test_gradients_agree_with_differences_in_float64(cell: Cell, rates: dict[str, float]) -> None:
    layer, _ = Case(cell, (2, 4, 3), 3, arguments={"dtype": "float64", **rates}).layers()
    random = np.random.default_rng(3)
    state = layer.cell.seed_generator.state
    first = np.asarray(state.value)

    def output(inputs: tf.Tensor, *weights: tf.Tensor) -> tf.Tensor:
        state.assign(first)  # the same masks each time
        values = zip([*layer.weights, state], [*weights, first], strict=True)
        with keras.StatelessScope(state_mapping=list(values)):
            return layer(inputs, training=True)

    arguments = [random.normal(size=(2, 4, 3)), *layer.get_weights()]
    analytic, numeric = tf.test.compute_gradient(output, arguments, delta=1e-5)
    for ours, reference in zip(analytic, numeric, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=0, atol=1e-8)


@cells
def test_a_rate_that_is_a_tensor_draws_the_masks_of_the_number(cell: Cell) -> None:
    fused, stock = Case(cell, arguments={"dropout": 0.3, "recurrent_dropout": 0.4}).layers()
    fused.rates = DropoutRates(tf.constant(0.3), tf.constant(0.4))
    inputs = Case(cell).inputs()
    np.testing.assert_allclose(
        fused(inputs, training=True), stock(inputs, training=True), rtol=0, atol=1e-6
    )


@cells
def test_states_go_in_and_out(cell: Cell) -> None:
    fused, stock = Case(cell, arguments={"return_state": True, "return_sequences": True}).layers()
    inputs = Case(cell).inputs()
    state = fused(inputs)[1:]
    for ours, reference in zip(
        fused(inputs, initial_state=state), stock(inputs, initial_state=state), strict=True
    ):
        np.testing.assert_allclose(ours, reference, rtol=0, atol=1e-5)


@cells
def test_with_a_mask_it_is_the_stock_layer(cell: Cell) -> None:
    fused, stock = Case(cell).layers()
    inputs = Case(cell).inputs()
    mask = np.arange(6) < np.array([[6], [2], [4]])
    np.testing.assert_allclose(
        fused(inputs, mask=mask), stock(inputs, mask=mask), rtol=0, atol=1e-6
    )
    assert not np.allclose(fused(inputs, mask=mask), fused(inputs))


@cells
@pytest.mark.parametrize(
    "arguments",
    [{"unroll": True}, {"stateful": True}, {"activation": "relu"}],
    ids=lambda arguments: next(iter(arguments)),
)
def test_what_the_fast_loop_cannot_do_is_left_to_the_stock_layer(
    cell: Cell, arguments: dict[str, Any]
) -> None:
    fused, stock = Case(cell, arguments=arguments).layers()
    assert not fused.fused
    inputs = Case(cell).inputs()
    for _ in range(2):  # the second time from the state of the first, if stateful
        np.testing.assert_allclose(fused(inputs), stock(inputs), rtol=0, atol=1e-6)


def test_on_a_gpu_without_recurrent_dropout_the_stock_layer_calls_cudnn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keras.distribution, "list_devices", lambda: ["gpu:0"])
    assert not FusedGRU(4, dropout=0.2).fused
    assert FusedGRU(4, recurrent_dropout=0.2).fused


@cells
def test_configuration_and_weights_are_those_of_the_stock_layer(cell: Cell) -> None:
    fused, stock = Case(cell, arguments={"dropout": 0.1, "name": "recurrent"}).layers()
    assert fused.get_config() == stock.get_config()
    assert [(w.path, w.shape) for w in fused.weights] == [(w.path, w.shape) for w in stock.weights]


def stacked_model() -> keras.Model:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((7,), dtype="int32")
    outputs = keras.layers.Embedding(11, 4)(inputs)
    outputs = keras.layers.Bidirectional(FusedLSTM(3, return_sequences=True))(outputs)
    outputs = FusedGRU(5, reset_after=False, dropout=0.2)(outputs)
    return keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(outputs))


@saving
def test_a_saved_model_loads_as_it_was(tmp_path: Path) -> None:
    model, tokens = stacked_model(), np.arange(28).reshape(4, 7) % 11
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.layers[-2], FusedGRU)
    np.testing.assert_array_equal(loaded(tokens), model(tokens))
