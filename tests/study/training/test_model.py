import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.datasets.level import Level
from study.datasets.vocabulary import Vocabulary
from study.storage.folder import RunFolder
from study.training.model import build, with_stock_layers
from tests.support.commands import run_module

TASK = Task(vocabulary=11, classes=3, embedding=4)


# Keras 3.15 converts its variables in a way NumPy deprecates.
saving = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@saving
@pytest.mark.parametrize(
    ("cell", "stock"),
    [(Cell.LSTM, keras.layers.LSTM), (Cell.GRU_RESET_BEFORE, keras.layers.GRU)],
)
def test_a_stock_copy_is_saved_without_a_trace_of_this_package(
    cell: Cell, stock: type[keras.Layer], tmp_path: Path
) -> None:
    candidate = Candidate(
        cell=cell, units=3, embedding=4, layers=2, bidirectional=True, dropout=0.2
    )
    model, tokens = build(candidate, TASK, 7, seed=0), np.arange(28).reshape(4, 7) % 11
    with_stock_layers(model, candidate, TASK).save(tmp_path / "model.keras")
    config = zipfile.ZipFile(tmp_path / "model.keras").read("config.json").decode()
    assert "study" not in config
    assert "isoparam" not in config
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[2].backward_layer) is stock
    np.testing.assert_allclose(loaded(tokens), model(tokens), rtol=0, atol=1e-6)


@saving
def test_predict_loads_layers_that_keras_has_not(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.models.mkdir()
    cell = Cell.MINIMAL_GATED_UNIT
    candidate = Candidate(cell=cell, units=3, embedding=4)
    model = build(candidate, TASK, 7, seed=0)
    with_stock_layers(model, candidate, TASK).save(folder.model(cell))
    labels = ["happy", "sad", "angry"]
    vocabulary = Vocabulary(Level.CHARACTER, 7, ("a", "b", "c"), tuple(labels))
    (folder.models / "vocabulary.json").write_text(vocabulary.to_json())
    card = {"validation_loss": 0.5, "vocabulary": "vocabulary.json", "labels": labels}
    folder.model_card(cell).write_text(json.dumps(card))
    done = run_module("study.predict", str(tmp_path), "abc")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\t")[0] in labels
