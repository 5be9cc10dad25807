"""`study.compare` as its users call it: in a notebook, in a script, and on with the command."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import study
from tests.support.commands import ROOT, search
from tests.support.notebooks import kernel, outputs
from tests.whole.commands.test_search import results

# No `if __name__ == "__main__"`, and the project is not in the folder that it is run in.
SCRIPT = """
import sys
sys.path.insert(0, {root!r})
import pandas, study
frame = pandas.read_csv({texts!r})
result = study.compare(
    frame, study_name="moods", max_params=900, embedding=8, sequence_length=6, searches=1,
    n_trials=4, epochs=20, budgets=1, replicates=1, n_jobs=1,
)
print("finished" if result.finished else "not finished")
if result.finished:
    print(result.predict(["sun the day"], "gru")[0][0] in result.summary["dataset"]["classes"])
    print(result.model("lstm").name)
"""


@pytest.mark.slow
def test_interrupted_in_a_notebook_it_goes_on_in_the_shell_and_back(
    texts: Path, tmp_path: Path
) -> None:
    code = SCRIPT.format(root=str(ROOT), texts=str(texts))
    with kernel(tmp_path) as (manager, client):
        told, interrupted = [], False
        for output in outputs(client, code):
            told.append(output)
            if "trial 0 LSTM" in output and not interrupted:
                manager.interrupt_kernel()
                interrupted = True  # a second signal would end the call itself
        assert "not finished\n" in told
        assert any("in a shell " in output for output in told)
        assert any(output.startswith("Interrupted: run this cell again") for output in told)
        assert "".join(outputs(client, "result")).strip("'\"").startswith("No verdict yet")
    run = tmp_path / "runs" / "moods"
    assert not study.load(run).finished

    done = search("--config", str(run / "settings.toml"), "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert study.load(run).finished
    before = results(run)

    (tmp_path / "script.py").write_text(code)
    again = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert again.stdout.splitlines()[-3:] == ["finished", "True", "lstm"], again.stderr
    assert results(run) == before


@pytest.mark.slow
def test_a_script_starts_training_processes_without_guarding_its_top(
    texts: Path, tmp_path: Path
) -> None:
    code = SCRIPT.format(root=str(ROOT), texts=str(texts))
    (tmp_path / "script.py").write_text(code.replace("n_trials=4", "n_trials=2, confirm=False"))
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "not finished" not in done.stdout
    assert len(study.load(tmp_path / "runs" / "moods").trials) == 2


def tutorial() -> Any:
    read: Any = nbformat.read  # it has no types
    return read(ROOT / "docs" / "tutorial.ipynb", as_version=4)


@pytest.mark.slow
def test_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = tutorial()
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type in {"display_data", "execute_result"}
    ]
    assert sum("<svg" in output.data.get("text/html", "") for output in shown) == 1
    assert sum("image/png" in output.data for output in shown) == 1
    assert any(output.data["text/plain"] == "True" for output in shown)


def test_the_tutorial_is_kept_without_what_it_shows() -> None:
    notebook = tutorial()
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)
