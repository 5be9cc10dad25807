"""`study.compare` as its users call it: from a script, and on with the command."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import study
from tests.support.commands import ROOT, search
from tests.whole.test_search_command import results

# No `if __name__ == "__main__"`, and the project is not in the folder that it is run in.
SCRIPT = """
import sys
sys.path.insert(0, {root!r})
import pandas, study
frame = pandas.read_csv({texts!r})
result = study.compare(
    frame, study_name="moods", max_params=900, embedding=8, sequence_length=6, searches=1,
    n_trials=8, epochs=30, budgets=1, replicates=1, n_jobs=1,
)
print(repr(result))
print("finished" if result.finished else "not finished")
if result.finished:
    print(result.predict(["sun the day"], "gru"), result.model("lstm").name)
"""


def script(folder: Path, texts: Path) -> "subprocess.Popen[str]":
    (folder / "script.py").write_text(SCRIPT.format(root=str(ROOT), texts=str(texts)))
    return subprocess.Popen(
        [sys.executable, "script.py"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_interrupted_it_goes_on_in_the_shell_and_back(texts: Path, tmp_path: Path) -> None:
    process = script(tmp_path, texts)
    assert process.stdout
    while not process.stdout.readline().startswith("search 1 of 1 [1/8]"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    assert output.splitlines()[-1] == "not finished"
    run = tmp_path / "runs" / "moods"
    assert not study.load(run).finished
    assert len(study.load(run).trials) == 8

    done = search("--config", str(run / "settings.toml"), "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert study.load(run).finished
    before = results(run)

    output, errors = script(tmp_path, texts).communicate(timeout=240)
    assert output.splitlines()[-2:] == ["finished", output.splitlines()[-1]], errors
    assert output.splitlines()[-1].endswith(" lstm")
    assert results(run) == before
