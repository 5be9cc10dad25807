"""The keywords of `study.compare` are the flags of the command."""

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import study
from search_spaces.cells import Cell
from study.api.calling import from_python, with_keywords
from study.api.keywords import settings_of
from study.errors import UserError
from study.machine.program import typed
from study.question.flag_values import Searches
from study.question.settings import Settings
from study.search import app
from tests.support.commands import ROOT, call


def test_every_flag_is_a_keyword_with_the_commands_default() -> None:
    keywords = inspect.signature(study.compare).parameters
    assert list(keywords) == [
        "data",
        *(flag.name.replace("-", "_") for flag in Settings().flags()),
        "config",
    ]
    defaults = {name: one.default for name, one in keywords.items() if name != "data"}
    assert settings_of(defaults) == Settings()


def test_every_keyword_is_described() -> None:
    for name in inspect.signature(study.compare).parameters:
        assert f"\n    {name}: " in (study.compare.__doc__ or "")


def test_values_are_read_as_they_would_be_typed(tmp_path: Path) -> None:
    config = tmp_path / "some.toml"
    config.write_text('epochs = 7\nstudy-name = "theirs"\n')
    settings = settings_of(
        {
            "config": str(config),
            "study_name": "-mine",
            "cells": ["GRU", Cell.LSTM],
            "searches": "4..12",
            "pruning": False,
            "max_params": np.int64(900),
            "margin": 1,
            "output_dir": tmp_path,
            "n_trials": None,
        }
    )
    assert settings.run.study_name == "-mine"
    assert settings.run.output_dir == tmp_path
    assert settings.question.cells == (Cell.GRU, Cell.LSTM)
    assert settings.question.max_params == 900
    assert settings.question.margin == 1
    assert settings.search.searches == Searches(4, 12)
    assert (settings.search.pruning, settings.search.epochs) == (False, 7)


@pytest.mark.parametrize(
    ("keyword", "value", "typed"),
    [
        ("max_params", -3, ["--max-params", "-3"]),
        ("max_params", 1.5, ["--max-params", "1.5"]),
        ("space", "huge", ["--space", "huge"]),
        ("searches", "4..2", ["--searches", "4..2"]),
        ("margin", 100, ["--margin", "100"]),
        ("cells", ["lstm"], ["--cells", "lstm"]),
        ("cells", [], ["--empty-cells"]),
        ("pruning", "maybe", ["--pruning=maybe"]),
        ("study_name", "a/b", ["--study-name", "a/b"]),
        ("config", "nowhere.toml", ["--config", "nowhere.toml"]),
    ],
)
def test_a_bad_value_is_refused_in_the_commands_words_but_for_its_flags(
    keyword: str, value: object, typed: list[str]
) -> None:
    with pytest.raises(UserError) as refused:
        study.compare(**{keyword: value})
    told = call(app, *typed)
    assert told.returncode == 2
    assert told.stderr.startswith("isoparam: ")
    assert with_keywords(told.stderr.removeprefix("isoparam: ").strip()) == str(refused.value)
    assert "--" not in str(refused.value)


def test_an_unknown_keyword_is_a_type_error_that_names_the_nearest() -> None:
    with pytest.raises(TypeError, match=r"'max_param' is none \(do you mean 'max_params'\?\)"):
        study.compare("surnames", max_param=3)
    with pytest.raises(TypeError, match="both were given") as refused:
        study.compare("surnames", dataset="surnames")
    assert isinstance(refused.value, study.IsoparamError)


def test_no_data_and_columns_without_keywords_are_refused() -> None:
    with pytest.raises(study.UserError, match=r'no data were given.*dataset="surnames"'):
        study.compare(epochs=3)
    with pytest.raises(TypeError, match=r"3 arguments were given.*compare\(\(texts, labels\)\)"):
        study.compare("reviews.csv", "message", "kind")  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Choose another --study-name.", "Choose another study_name."),
        (
            "Give --no-pruning; --help lists them.",
            "Give pruning=False; help(study.compare) lists them.",
        ),
        (
            "Raise --epochs: python -m study.search --n-trials 3",
            "Raise epochs: python -m study.search --n-trials 3",
        ),
    ],
)
def test_messages_name_keywords_but_in_command_lines(sentence: str, told: str) -> None:
    with pytest.raises(study.UserError) as refused, from_python():
        raise study.UserError(sentence)
    assert str(refused.value) == told
    shown = refused.value._render_traceback_()
    assert shown == [f"UserError: {told}"]  # in a notebook, without lines of code


def test_a_command_that_is_shown_from_python_works_anywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with from_python():
        shown = typed("search")
        done = subprocess.run(
            f"{shown} --help", shell=True, cwd=tmp_path, capture_output=True, check=False
        )
        assert done.returncode == 0
        program = tmp_path / "isoparam"
        program.touch(0o755)
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        assert typed("search") == f"{program} search"
        monkeypatch.setenv("PATH", str(tmp_path))
        assert typed("search") == "isoparam search"
    assert typed("search") == "python -m study.search"


def test_importing_study_loads_nothing_heavy() -> None:
    code = (
        "import sys, study\n"
        "assert {'compare', 'Result', 'IsoparamError'} <= set(dir(study))\n"
        "print([m for m in ('numpy', 'cyclopts', 'optuna', 'keras') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "[]\n"


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'comparison'"):
        _ = study.comparison


def test_faults_are_of_one_family() -> None:
    assert issubclass(study.UserError, study.IsoparamError)
    assert issubclass(study.BudgetError, study.IsoparamError)


@pytest.mark.parametrize("name", study.__all__)
def test_what_is_offered_is_there(name: str) -> None:
    assert getattr(study, name).__name__ == name
