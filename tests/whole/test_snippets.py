"""What README and docs/ show for typing is run, or stands in a list with where else it is."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import keras
import keras_tuner
import numpy as np
import optuna_dashboard
import pandas as pd
import pytest
import tensorflow as tf
from cyclopts import App

import study
from study.tuning.data import Data, data
from tests.support.commands import ROOT, call, run_module, write_moods
from tests.support.downloads import few_reviews
from tests.support.series import labels, long_frame, made_up, save_npz, save_ts
from tests.support.snippets import Command, blocks, commands, pages, prose

# By how they begin.
NOT_RUN = {
    "make ": "makes an environment first; .ci/run does so for the tests, `make study` is a search",
    "bash .ci/run": "runs all tests; that is CI itself",
    "pip install": "needs a package registry; .ci/wheel installs",
    "isoparam ": "is there once it is installed; tests/study/terminal/test_program.py",
    "python -m study.dashboard": "serves on; tests/whole/commands/test_finished_study.py",
    "optuna-dashboard": "serves until it is stopped; below, its application is asked",
    "python -m study.benchmark": "takes minutes; tests/study/benchmark",
    "python -m study.reproduce": "trains; in small in tests/whole/commands/test_reproduce.py",
    "python -m study.predict RUN FILE": "needs numbers; tests/whole/studies/test_numbers.py",
    "python -m study.search --cells lstm gru mine:MGU": "tests/whole/studies/test_own_cell.py",
    "cd runs/reviews/latex && pdflatex": "needs TeX; tests/reports/paper/test_article.py",
}
PYTHON_ELSEWHERE = {
    "README.md": "trains; below, with the study that the page's command begins",
    "docs/how-to/cells.md": "trains; tests/whole/studies/test_own_cell.py",
}
TYPED = commands()
LISTED = [typed for typed in TYPED if typed.line.startswith(tuple(NOT_RUN))]
ELSEWHERE = [typed for typed in LISTED if typed.module and "mine:MGU" not in typed.words]
SEARCHES = [typed for typed in TYPED if typed.module == "study.search" and typed not in LISTED]
SERVER = "postgresql://me@db.cluster/studies"
STANDING_FOR = {"RUN": "runs/reviews", SERVER: "sqlite:///runs/reviews/study.db"}
OTHERS = {
    tuple(STANDING_FOR.get(word, word) for word in typed.words): typed
    for typed in TYPED
    if typed not in LISTED and typed not in SEARCHES
}

# What no command line says decides how long a study takes.
SMALL = """\
searches = 1
n-trials = 2
budgets = 1
epochs = 2
replicates = 1
n-jobs = 1
"""


def test_the_list_has_nothing_that_no_page_has() -> None:
    unused = [begun for begun in NOT_RUN if not any(t.line.startswith(begun) for t in LISTED)]
    assert not unused
    for reason in (*NOT_RUN.values(), *PYTHON_ELSEWHERE.values()):
        assert all((ROOT / path).exists() for path in re.findall(r"(?:tests|\.ci)/[\w/.]+", reason))


def test_no_code_hides_from_these_tests() -> None:
    for page in pages():
        assert {block.language for block in blocks(page)} <= {
            *("python", "console"),  # which are run here
            *("bash", "latex", "text"),  # the next test; test_pages.py; no code
            *([""] if page == "CONTRIBUTING.md" else []),  # its map
        }, page
        assert not re.search(r"^ +(\$|python|pip|import) ", prose(page), re.MULTILINE), page


@pytest.mark.parametrize("page", [page for page in pages() if "```bash" in pages()[page]])
def test_scripts_for_a_cluster_parse(page: str) -> None:
    for block in blocks(page):
        if block.language == "bash":
            subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)


def small(folder: Path, *more: str) -> str:
    """A settings file, for `--config` or `config=`: what the command line says counts more."""
    where = f'output-dir = "{folder / "runs"}"\n'
    path = folder / "small.toml"
    path.write_text(SMALL + where + "".join(f"{line}\n" for line in more))
    return str(path)


def write_data(folder: Path) -> None:
    """The files that the pages speak of, each with few examples."""
    write_moods(folder / "moods.csv", 60)
    moods = pd.read_csv(folder / "moods.csv")
    as_other_names = moods.rename(columns={"text": "review", "label": "stars"})
    moods.join(as_other_names).to_csv(folder / "reviews.csv", index=False)
    for row, (text, label) in enumerate(moods.itertuples(index=False)):
        path = folder / "aclImdb" / ("test" if row < 15 else "train") / str(label) / f"{row}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(text))
    save_npz(folder / "sensors.npz", x=made_up(60), y=labels(60))
    for part in ("TRAIN", "TEST"):
        save_ts(folder / f"JapaneseVowels_{part}.ts", made_up(60), labels(60))
    names = {"id": "walk", "step": "second", "label": "gait"}
    long_frame(made_up(60), labels(60)).rename(columns=names).to_csv(folder / "walks.csv")


@pytest.mark.usefixtures("simulated")
@pytest.mark.parametrize("typed", SEARCHES, ids=str)
def test_a_search_reads_its_data_and_reports(
    typed: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ISOPARAM_CACHE", str(tmp_path / "cache"))
    write_data(tmp_path)
    few_reviews(tmp_path / "cache" / "downloads", monkeypatch)
    for name, value in typed.exported.items():
        monkeypatch.setenv(name, value.replace(SERVER, "sqlite:///server.db"))
    done = call(app_of(typed), *typed.words[3:], "--config", small(tmp_path, "confirm = false"))
    assert done.returncode == 0, done.stderr
    reports = list(tmp_path.glob("runs/*/report.html"))
    assert len(reports) == (not {"--dry-run", "--register"} & {*typed.words}), done.stdout
    assert (tmp_path / "server.db").exists() == bool(typed.exported)


@pytest.fixture(scope="module")
def runs(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with finished studies of the names that the pages use."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("reviews", "surnames"):
        shutil.copytree(finished, folder / "runs" / name)
    return folder


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(words, marks=[pytest.mark.slow] if "--latex" in words else [])
        for words in OTHERS
    ],
    ids=" ".join,
)
def test_what_takes_a_finished_study_ends_well(
    words: tuple[str, ...], runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(runs)
    typed = OTHERS[words]
    if typed.module is None:
        done = subprocess.run(
            ["bash", "-c", typed.line], capture_output=True, text=True, check=False
        )
    else:
        done = call(app_of(typed), *words[3:])
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("typed", ELSEWHERE, ids=str)
def test_what_is_run_elsewhere_is_understood(typed: Command) -> None:
    command, bound, _ = app_of(typed).parse_args(
        typed.words[3:], exit_on_error=False, print_error=False
    )
    assert command is not None
    assert len(typed.words) == 3 or bound.arguments


def app_of(typed: Command) -> App:
    package = typed.module in {"reports", "study.benchmark"}
    found: App = import_module(f"{typed.module}{'.__main__' if package else ''}").app
    return found


def run_python(page: str, names: dict[str, Any], **fewer: int) -> None:
    """The page's blocks, one after the other, with smaller numbers for some keywords."""
    for block in blocks(page):
        if block.language == "python":
            text = block.text
            for keyword, number in fewer.items():
                text = re.sub(rf"\b{keyword}=\d+", f"{keyword}={number}", text)
            exec(compile(text, page, "exec"), names)


@pytest.fixture
def untraced() -> Iterator[None]:
    """No graph is traced: that would take longer than all else."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.usefixtures("untraced", "simulated")
@pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize(
    "page",
    [page for page in pages() if "```python" in pages()[page] and page not in PYTHON_ELSEWHERE],
)
def test_the_python_of_a_page_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what a reader has: data, and a model that builds itself."""
    monkeypatch.chdir(tmp_path)
    config = small(tmp_path, "confirm = false")
    monkeypatch.setattr(study, "compare", partial(study.compare, config=config))
    monkeypatch.setattr(study, "data", few)
    random = np.random.default_rng(0)

    def your_model(hp: Any) -> Any:
        units = hp.Int("units", 1, 4)
        model = keras.Sequential([keras.layers.Dense(units), keras.layers.Dense(1, "sigmoid")])
        model.compile(loss="binary_crossentropy", metrics=["accuracy"])
        return model

    names = {
        "keras_tuner": keras_tuner,
        "labels": random.permutation(40) % 2,
        "x": random.normal(size=(40, 3)),
        "y": random.permutation(40) % 2,
        "frame": pd.DataFrame({"text": ["so good", "so bad"] * 20, "label": [1, 0] * 20}),
        "texts": ["so good", "so bad"] * 20,
        "numbers": random.normal(size=(40, 5, 2)),
        "your_model": your_model,
    }
    pd.DataFrame({"person": np.arange(40) % 20}).to_csv("walks.csv")
    run_python(page, names, max_trials=1, epochs=1, sequence_length=2)
    if "tuner" in names:
        assert len(names["tuner"].oracle.trials) == 1
    if page == "docs/how-to/kerastuner.md":
        assert shown_in_dashboard("sqlite:///tuning.db") == ["mine"]


def few(source: str) -> Data:
    """The beginnings of a data set's first examples."""
    found = data(source, sequence_length=2)
    first = [part[:40] for part in found.train]
    return replace(found, train=(first[0], first[1]), validation=(first[0], first[1]))


def shown_in_dashboard(storage: str) -> list[str]:
    """The studies that `optuna-dashboard STORAGE` lists."""
    asked: dict[str, Any] = {"PATH_INFO": "/api/studies"}
    setup_testing_defaults(asked)
    answer = b"".join(optuna_dashboard.wsgi(storage)(asked, lambda *_: None))
    return [summary["study_name"] for summary in json.loads(answer)["study_summaries"]]


@pytest.mark.slow
def test_the_readmes_study_and_its_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell begins it, Python finds it done."""
    monkeypatch.chdir(tmp_path)
    write_data(tmp_path)
    config = small(tmp_path)
    (typed,) = [
        typed for typed in SEARCHES if typed.page == "README.md" and "reviews.csv" in typed.line
    ]
    done = run_module(*typed.words[2:], "--config", config)
    assert done.returncode == 0, done.stderr
    monkeypatch.setattr(study, "compare", partial(study.compare, config=config))
    names: dict[str, Any] = {}
    run_python("README.md", names)
    assert names["result"].finished
    assert names["result"].folder == tmp_path / "runs" / "reviews"
