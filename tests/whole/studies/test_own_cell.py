"""A cell of the user's own, as docs/how-to/cells.md has it, from search to prediction."""

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
from tests.support.snippets import blocks, commands

PAGE = "docs/how-to/cells.md"
MGU, LOADING = (block.text for block in blocks(PAGE) if block.language == "python")
LARGER = """

class Larger(MGU):
    def parameters(self, inputs, units):
        return 2 * units * (inputs + units + 2)
"""
SMALL = """
dataset = "{texts}"
study-name = "surnames"
max-params = 900
embedding = 8
sequence-length = 6
searches = 1
n-trials = 3
budgets = 1
epochs = 1
replicates = 1
n-jobs = 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(MGU + LARGER)
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
    shown = [typed for typed in commands() if typed.page == PAGE]
    (typed,) = (typed for typed in shown if "mine:MGU" in typed.words)
    (folder / "small.toml").write_text(SMALL.format(texts=texts))
    done = command(folder, *typed.words[2:], "--config", "small.toml")
    assert done.returncode == 0, done.stderr
    models = folder / "runs" / "surnames" / "models"
    card = json.loads((models / "mine.MGU.json").read_text())
    assert (card["cell"], card["import"]) == ("mine:MGU", "mine")
    assert json.loads((models / "gru.json").read_text())["import"] is None
    done = command(folder, "study.predict", "runs/surnames", "sun", "--cell", "mine:MGU")
    assert done.stdout.endswith("\tsun\n"), done.stderr
    loaded = subprocess.run([sys.executable, "-c", LOADING], cwd=folder, check=False)
    assert loaded.returncode == 0
    elsewhere = command(folder / "runs", "study.doctor", "surnames")
    assert "in the folder that holds it" in " ".join(elsewhere.stdout.split())


@pytest.mark.slow
def test_a_cell_of_another_size_than_it_says_is_refused(texts: Path, folder: Path) -> None:
    flags = small_study(texts, budgets=1, n_trials=2)
    done = command(folder, "study.search", *flags, "--cells", "gru", "mine:Larger")
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

    results = [trained(cell) for cell in (Cell.MINIMAL_GATED_UNIT, Cell("mine:MGU"))]
    assert results[0].curve == results[1].curve
    assert results[0].weights == results[1].weights
    keras.backend.clear_session()
