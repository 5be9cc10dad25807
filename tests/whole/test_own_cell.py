"""A cell of the user's own, in a file of the working folder, from search to prediction."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from search_spaces import Candidate, Cell, Task
from study.datasets.dataset import DatasetSpec
from study.datasets.prepare import prepare
from study.training.job import Result, TrainingJob
from tests.support.commands import ROOT, small_study

MODULE = "mine_of_tests"
MGU = f'''
import keras
from keras import ops


@keras.saving.register_keras_serializable("{MODULE}")
class MGUCell(keras.layers.SimpleRNNCell):
    dropout_mask_count = 2  # one for each gate

    def build(self, input_shape):
        d, u, add = input_shape[-1], self.units, self.add_weight
        self.kernel = add((d, 2 * u), self.kernel_initializer, name="kernel")
        self.recurrent_kernel = add((u, 2 * u), self.recurrent_initializer, name="recurrent")
        self.bias = add((2 * u,), self.bias_initializer, name="bias")

    def call(self, inputs, states, training=False):
        x_f, x_n = inputs, inputs
        h = h_f = h_n = states[0]
        if training and self.dropout:
            x_f, x_n = (inputs * mask for mask in self.get_dropout_mask(inputs))
        if training and self.recurrent_dropout:
            h_f, h_n = (h * mask for mask in self.get_recurrent_dropout_mask(h))
        weights = (self.kernel, self.recurrent_kernel, self.bias)
        (w_f, w_n), (u_f, u_n), (b_f, b_n) = (ops.split(each, 2, axis=-1) for each in weights)
        f = ops.sigmoid(ops.matmul(x_f, w_f) + b_f + ops.matmul(h_f, u_f))
        n = ops.tanh(ops.matmul(x_n, w_n) + b_n + ops.matmul(f * h_n, u_n))
        h = (1 - f) * h + f * n
        return h, [h]


class MGU:
    name = "My minimal gated unit"

    def parameters(self, inputs, units):
        return 2 * units * (inputs + units + 1)

    def layer(self, units, *, return_sequences, name, **options):
        cell = MGUCell(units, **options)
        return keras.layers.RNN(cell, return_sequences=return_sequences, name=name)


class Larger(MGU):
    def parameters(self, inputs, units):
        return 2 * units * (inputs + units + 2)
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / f"{MODULE}.py").write_text(MGU)
    return tmp_path


def command(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m MODULE`, in that folder."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True, text=True, timeout=280, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.slow
def test_a_cell_of_ones_own_goes_from_search_to_prediction(texts: Path, folder: Path) -> None:
    own = f"{MODULE}:MGU"
    flags = small_study(texts, budgets=1, n_trials=2, study_name="own")
    done = command(folder, "study.search", *flags, "--cells", "gru", own)
    assert done.returncode == 0, done.stderr
    models = folder / "runs" / "own" / "models"
    card = json.loads((models / f"{MODULE}.MGU.json").read_text())
    assert (card["cell"], card["import"]) == (own, MODULE)
    assert json.loads((models / "gru.json").read_text())["import"] is None
    done = command(folder, "study.predict", "runs/own", "sun", "--cell", own)
    assert done.stdout.endswith("\tsun\n"), done.stderr
    alone = f"import keras, {MODULE}; keras.saving.load_model('{models / f'{MODULE}.MGU.keras'}')"
    loaded = subprocess.run([sys.executable, "-c", alone], cwd=folder, check=False)
    assert loaded.returncode == 0
    elsewhere = command(folder / "runs", "study.doctor", "own")
    assert "in the folder that holds it" in " ".join(elsewhere.stdout.split())


@pytest.mark.slow
def test_a_cell_of_another_size_than_it_says_is_refused(texts: Path, folder: Path) -> None:
    flags = small_study(texts, budgets=1, n_trials=2)
    done = command(folder, "study.search", *flags, "--cells", "gru", f"{MODULE}:Larger")
    assert done.returncode == 2
    assert "has 8 parameters for 1 inputs and 1 units, but its layer has 6" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_the_built_in_unit_is_ones_own(
    texts: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(Cell, "fused_layer", None)  # which draws other masks
    dataset = prepare(DatasetSpec(source=str(texts)))
    task = Task(dataset.vocabulary, len(dataset.labels), embedding=8)

    def trained(cell: Cell) -> Result:
        candidate = Candidate(cell=cell, units=6, embedding=8, dropout=0.2, recurrent_dropout=0.2)
        return TrainingJob(
            candidate=candidate, task=task, dataset=dataset, seed=1, split_seed=1, epochs=2,
            patience=2,
        ).run(lambda *_: True)  # fmt: skip

    results = [trained(cell) for cell in (Cell.MINIMAL_GATED_UNIT, Cell(f"{MODULE}:MGU"))]
    assert results[0].curve == results[1].curve
    assert results[0].weights == results[1].weights
    keras.backend.clear_session()
