"""A study of numbers, from a file to a verdict and to what its model says of new ones."""

import json
from pathlib import Path

import pytest

from tests.support.commands import run_module, search
from tests.support.series import labels, long_frame, made_up

TINY = (
    "--max-params=200 --budgets=1 --n-trials=2 --searches=2 --replicates=1 --epochs=2 --n-jobs=1 "
    "--space=wide --budget-scope=model"
)


@pytest.mark.slow
def test_a_table_of_numbers_from_search_to_prediction(tmp_path: Path) -> None:
    frame = long_frame(made_up(60), labels(60))
    frame.to_csv(tmp_path / "walks.csv", index=False)
    columns = ["--id-column", "id", "--step-column", "step"]
    files = ["--dataset", str(tmp_path / "walks.csv"), "--output-dir", str(tmp_path / "runs")]
    done = search(*files, *columns, *TINY.split())
    assert done.returncode == 0, done.stderr

    run = tmp_path / "runs" / "walks"
    told = json.loads((run / "summary.json").read_text())
    assert told["verdict"]["cells"]
    assert "embedding" not in told["best"]["lstm"]["hyperparameters"]
    report = " ".join((run / "report.html").read_text(encoding="utf-8").split())
    assert "Recurrent layers, which read 2 numbers a step" in report
    assert "of each series a model reads the last 5 steps" in report.lower()
    card = json.loads((run / "models" / "lstm.json").read_text())
    assert card["features"] == ["height", "width"]

    frame.drop(columns="label").to_csv(tmp_path / "new.csv", index=False)
    for file in ("walks.csv", "new.csv"):
        said = run_module("study.predict", str(run), str(tmp_path / file), "--cell", "lstm")
        assert said.returncode == 0, said.stderr
        lines = [line.split("\t") for line in said.stdout.splitlines()]
        assert [name.rpartition(":")[2] for _, _, name in lines] == list(map(str, range(60)))
        assert {label for label, _, _ in lines} <= {"low", "high"}
    refused = run_module("study.predict", str(run), "it was bright")
    assert refused.returncode == 2
    assert "reads from tables with the columns 'id', 'step', 'height', 'width'" in refused.stderr
