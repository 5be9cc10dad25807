"""`isoparam`, the program of all commands."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

import study.__main__ as program
from study.machine.program import COMMANDS, typed, version
from tests.support.commands import ROOT, call, small_study

# What pip writes for an entry of [project.scripts].
SCRIPT = (
    "import sys\nfrom {module} import {function}\nif __name__ == '__main__':\n    {function}()\n"
)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The program as it is installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, function = project["scripts"]["isoparam"].split(":")
    path = tmp_path / "bin" / "isoparam"
    path.parent.mkdir()
    path.write_text(SCRIPT.format(module=module, function=function))
    return path


@pytest.fixture
def shadowed(tmp_path: Path) -> Path:
    """A user's folder with modules named as the project's own."""
    folder = tmp_path / "work"
    (folder / "reports").mkdir(parents=True)
    for path in (folder / "study.py", folder / "reports" / "__init__.py"):
        path.write_text("raise RuntimeError('a module of the user')\n")
    return folder


def run_in(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def test_help_lists_every_command() -> None:
    page = call(program.commands(), "--help").stdout
    listed = [line.split()[1] for line in page.splitlines() if line.startswith("│ ")]
    assert [name for name in listed if name in COMMANDS] == list(COMMANDS)


def test_a_mistyped_command_is_named() -> None:
    done = call(program.commands(), "serch")
    assert done.returncode == 2
    assert 'Did you mean "search"?' in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_runs_by_its_name_and_says_its_version(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["isoparam", name, "--version"])
    monkeypatch.setattr(sys, "orig_argv", ["isoparam"])
    with pytest.raises(SystemExit) as end:
        program.main()
    assert (end.value.code, capsys.readouterr().out) == (0, f"{version()}\n")


def test_hints_are_typed_as_the_command_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/isoparam", "report"])
    assert typed("report") == "isoparam report"
    monkeypatch.setattr(sys, "argv", [str(ROOT / "reports" / "__main__.py")])
    assert typed("report") == "python -m reports"


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["isoparam", "dash"], "dashboard"),
        (["isoparam", "search", "--max-p"], "--max-params"),
        (["isoparam", "search", "--space", "w"], "wide"),
        (["isoparam", "search", "--conf"], "--config"),
    ],
)
def test_bash_completes(words: Sequence[str], completed: str, tmp_path: Path) -> None:
    script = tmp_path / "isoparam.bash"
    script.write_text(call(program.commands(), "completion", "bash").stdout)
    code = (
        f"source {script}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
        '_isoparam; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
    assert completed in done.stdout.split()


def test_a_folder_with_modules_of_the_same_names_does_no_harm(script: Path, shadowed: Path) -> None:
    done = run_in(shadowed, script, "search", "--max-params", "0")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "Must be >= 1" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("way", ["installed", "safe path"])
def test_a_whole_study_in_such_a_folder(
    way: str, script: Path, shadowed: Path, texts: Path
) -> None:
    start = [script, "search"] if way == "installed" else ["-P", "-m", "study.search"]
    done = run_in(shadowed, *start, *small_study(texts, searches=1, budgets=1, n_trials=2))
    assert done.returncode == 0, done.stderr
    assert (shadowed / "runs" / "moods" / "report.html").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["doctor"], "RUN is missing: the folder of a study"),
        (["confirm", "runs/a", "runs/b"], "'runs/b' stands where no flag takes it. Leave it out"),
        (["dashboard", "runs/a", "--port", "x"], "--port takes a whole number, but 'x' was given"),
    ],
)
def test_mistakes_are_told_in_words_of_the_command(words: list[str], sentence: str) -> None:
    done = call(program._app(words[0]), *words[1:])
    assert done.returncode == 2
    assert sentence in done.stderr
