"""A search that begins with known candidates."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest

from search_spaces import Cell
from search_spaces.budget import Budget
from search_spaces.candidate import Scope, Task
from search_spaces.space import SearchSpace
from search_spaces.spaces import SpaceName, search_space
from study.errors import UserError
from study.question.known_candidates import known_candidates
from study.runs.archive import read
from tests.support.commands import search, small_study

GOOD: dict[str, Any] = {
    "lstm": {"units": 40, "dropout": 0.25, "learning_rate": 0.002, "layers": 1},
    "gru": {"units": 5_000, "dropout": 0},
}


@pytest.fixture
def space() -> SearchSpace:
    task = Task(vocabulary=60, classes=3, embedding=16)
    return search_space(SpaceName.STANDARD, task, Budget(20_736), (Cell.LSTM, Cell.GRU), 32)


@pytest.fixture
def wide() -> SearchSpace:
    task = Task(vocabulary=60, classes=3, embedding=16)
    budget = Budget(25_000, Scope.MODEL)
    return search_space(SpaceName.WIDE, task, budget, (Cell.LSTM, Cell.GRU), 48)


def written(folder: Path, content: object) -> Path:
    path = folder / "candidates.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_what_the_space_samples_is_taken(space: SearchSpace, tmp_path: Path) -> None:
    known = known_candidates(written(tmp_path, GOOD), space)
    assert known.parameters == {
        Cell.LSTM: {"lstm_units": 40, "lstm_dropout": 0.25, "lstm_learning_rate": 0.002},
        Cell.GRU: {"gru_units": space.largest(Cell.GRU).units, "gru_dropout": 0.0},
    }
    (note,) = known.notes
    assert note.startswith(
        "GRU begins with 74 units, the nearest that this study tries to the 5000"
    )


def test_a_choice_of_the_wide_space(wide: SearchSpace, tmp_path: Path) -> None:
    content = {"lstm": {"batch_size": 64}, "gru": {}}
    assert known_candidates(written(tmp_path, content), wide).parameters == {
        Cell.LSTM: {"lstm_batch_size": "64"},
        Cell.GRU: {},
    }
    content["gru"] = {"batch_size": 48}
    with pytest.raises(UserError, match="batch_size of gru is one of 32, 64, 128"):
        known_candidates(written(tmp_path, content), wide)


def test_the_widths_of_the_wide_space(wide: SearchSpace, tmp_path: Path) -> None:
    lstm = {"units": 20, "embedding": 9, "layers": 2, "bidirectional": True}
    known = known_candidates(written(tmp_path, {"lstm": lstm, "gru": {"units": 64}}), wide)
    for cell, embedding, units in ((Cell.LSTM, 9, 20), (Cell.GRU, 16, 64)):
        study = optuna.create_study()
        study.enqueue_trial({"cell": str(cell), **known.parameters[cell]})
        candidate = wide.suggest(study.ask())
        assert (candidate.embedding, candidate.units) == (embedding, units)
    with pytest.raises(
        UserError, match=r"architecture of lstm is one of 1 forward, .* '3 forward'"
    ):
        known_candidates(written(tmp_path, {"lstm": {"layers": 3}, "gru": {}}), wide)
    with pytest.raises(UserError, match="embedding of gru is a number from 4 to 32"):
        known_candidates(written(tmp_path, {"lstm": {}, "gru": {"embedding": 33}}), wide)


def test_an_embedding_outside_the_budget_is_shared(wide: SearchSpace, tmp_path: Path) -> None:
    shared = replace(wide, budget=Budget(20_736))
    path = written(tmp_path, {"lstm": {"units": 30, "embedding": 9}, "gru": {"embedding": 16}})
    with pytest.raises(UserError, match=r"embedding of lstm is 16 in this space, .* has 9\."):
        known_candidates(path, shared)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no JSON"),
        ([1], "holds something else"),
        ({"best": None}, "has none of lstm"),
        ({"best": {"lstm": {"units": 3, "hyperparameters": [1]}}}, "has none of lstm"),
        ({**GOOD, "ltsm": {}}, "has 'ltsm', and the cells are gru, "),
        ({"lstm": {}}, "has none of gru"),
        ({**GOOD, "gru": {"dropout": 0.9}}, "dropout of gru is a number from 0 to 0.5"),
        ({**GOOD, "gru": {"dropout": "much"}}, "dropout of gru is a number"),
        ({**GOOD, "gru": {"dropout": True}}, "dropout of gru is a number"),
        ({**GOOD, "gru": {"units": 7.5}}, "units of gru is a positive integer"),
        ({**GOOD, "gru": {"layers": 2}}, "layers of gru is 1 in this space"),
        ({**GOOD, "gru": {"batch_size": 64}}, "batch_size of gru is 32 in this space"),
        ({**GOOD, "gru": {"bidirectional": "yes"}}, "bidirectional of gru is true or false"),
        (
            {**GOOD, "gru": {"droput": 0.1}},
            "droput of gru is no hyperparameter, which are units, embedding",
        ),
    ],
)
def test_bad_files(content: object, message: str, space: SearchSpace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        known_candidates(written(tmp_path, content), space)


def test_a_missing_file(space: SearchSpace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        known_candidates(tmp_path / "none.json", space)


@pytest.mark.slow
def test_a_search_from_another_ones_summary(run: Path, texts: Path, tmp_path: Path) -> None:
    best = json.loads((run / "summary.json").read_text())["best"]
    again = small_study(texts, output_dir=tmp_path, study_name="again", seed=9)
    again += ["--candidates", str(run / "summary.json"), "--no-confirm"]
    done = search(*again)
    assert done.returncode == 0, done.stderr
    asked = [trial for trial in read(tmp_path / "again").trials if trial.budget == 900]
    assert [(trial.search, trial.cell) for trial in asked] == [
        (search, cell) for search in (1, 2) for cell in best
    ]
    for trial in asked:  # each search begins there
        assert trial.candidate is not None
        assert trial.candidate.units == best[trial.cell]["units"]
        assert trial.candidate.hyperparameters == best[trial.cell]["hyperparameters"]
    # Gone on with, it needs the file no more; but another file is another study.
    (run / "summary.json").unlink()
    assert search("--config", str(tmp_path / "again" / "settings.toml")).returncode == 0
    other = written(tmp_path, {"lstm": {}, "gru": {"dropout": 0.5}})
    refused = search(*again[:-3], "--candidates", str(other))
    assert refused.returncode == 2
    assert "--candidates was" in refused.stderr
