"""The figures of the page on the notebook are those of the reproduction that was run."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from study.reproduction.notebook import MODELS
from tests.support.commands import ROOT

FOLDER = ROOT / "docs" / "results"
PAGE = (FOLDER / "notebook.md").read_text(encoding="utf-8")
SUMMARY: dict[str, Any] = json.loads((FOLDER / "notebook" / "summary.json").read_text())
NOTEBOOK: dict[str, Any] = SUMMARY["notebook"]
LSTM, GRU_128, GRU_154 = NOTEBOOK["models"]
STEPS = [step["difference"] for step in NOTEBOOK["steps"]]
PAIRS = np.subtract(*(SUMMARY["budgets"][0][cell]["test_accuracy"] for cell in ("lstm", "gru")))
# What an earlier version measured, which the page tells beside, and rates that are the notebook's.
ELSEWHERE = {"1.6", "4.2", "1.1", "0.1", "0.2", "0.001"}


def table(heading: str) -> list[list[str]]:
    """The rows of the page's first table under a heading, without its head."""
    part = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}"


def points(fraction: float) -> str:
    return f"{100 * fraction:+.2f}".replace("-", "\N{MINUS SIGN}")


def gained() -> dict[str, float]:
    """Differences that the page tells in words, by what they are."""
    epochs = LSTM["test_accuracy_by_epoch"]
    return {
        "between the notebook's and ours": STEPS[0] - STEPS[1],
        "behind after one epoch": -STEPS[2],
        "by more epochs": epochs[-1] - epochs[0],
        "by looking": max(epochs) - epochs[-1],
        "luck": NOTEBOOK["luck_of_seeds"],
        "validation minus test": NOTEBOOK["validation_minus_test"],
        "least": float(PAIRS.max()),
        "most": float(PAIRS.min()),
    }


def known() -> Iterator[str]:
    """Every number with decimals that may stand on the page, without its sign."""
    for model in NOTEBOOK["models"]:
        yield percent(model["notebook_accuracy"])
        yield from map(percent, model["test_accuracy_by_epoch"])
        if model["fair"]:
            yield from map(percent, (model["fair"]["mean"], *model["fair"]["interval"]))
    yield from (percent(abs(number)) for number in (*STEPS, *np.diff(STEPS), *gained().values()))
    yield from re.findall(r"\d+\.\d+", SUMMARY["sentence"])
    yield from ELSEWHERE


def test_every_number_with_decimals_is_that_of_the_run() -> None:
    versions = {
        SUMMARY["environment"][name] for name in ("python", "keras", "tensorflow", "optuna")
    }
    assert all(version in PAGE for version in versions)
    told = set(re.findall(r"\d+(?:\.\d+)+", re.sub("|".join(map(re.escape, versions)), "", PAGE)))
    assert told <= set(known())
    assert {percent(abs(number)) for number in gained().values()} <= told


def test_the_answer() -> None:
    found = SUMMARY["verdict"]
    size = f"{-100 * found['difference']:.1f}"
    high, low = (-1000 * limit for limit in found["interval"])
    interval = f"{math.floor(low) / 10} to {math.ceil(high) / 10}"  # outwards
    assert found["winner"] == "gru"
    assert (
        "**GRU(154) is more accurate than LSTM(128), a model of equal size, by "
        f"{size} points (95 % interval {interval}, 3 seeds).**"
    ) in " ".join(PAGE.split())
    sizes = [SUMMARY["dataset"][split] for split in ("train", "validation", "test")]
    assert sizes == [20_000, 5_000, 25_000]
    study = json.loads((FOLDER / "imdb" / "summary.json").read_text())
    assert SUMMARY["dataset"]["fingerprint"] == study["dataset"]["fingerprint"]


def test_table_of_results() -> None:
    expected = []
    for model in NOTEBOOK["models"]:
        row = [model["name"], f"{model['cell_params']:,}", f"{model['model_params']:,}"]
        row += [percent(model["notebook_accuracy"]), percent(model["test_accuracy_by_epoch"][-1])]
        if model["fair"]:
            low, high = map(percent, model["fair"]["interval"])
            row += [percent(model["fair"]["mean"]), f"{low} to {high}"]
        else:
            row += ["", ""]
        expected.append(row)
    assert table("Three figures a model") == expected


def test_table_of_steps() -> None:
    changes = ["", *map(points, np.diff(STEPS))]
    assert table("Step by step") == [
        [step["conditions"], step["changed"], points(step["difference"]), change]
        for step, change in zip(NOTEBOOK["steps"], changes, strict=True)
    ]


def test_table_of_epochs() -> None:
    (row,) = table("Where the difference came from")
    assert row == [LSTM["name"], *map(percent, LSTM["test_accuracy_by_epoch"])]


def test_tables_of_sizes() -> None:
    for model, row in zip(NOTEBOOK["models"], table("Sizes, gate by gate"), strict=True):
        sizes = model["gate_params"]
        assert row == [
            model["name"],
            ", ".join(model["gates"]),
            *(f"{sizes[part]:,}" for part in ("input_kernel", "recurrent_kernel", "biases")),
            f"{model['cell_params']:,}",
        ]
        assert f"{model['embedding_params']:,}" in PAGE
        assert f" {model['output_params']}" in PAGE
    assert table("The second bias") == [
        [
            model["name"],
            f"{model['cell_params']:,}",
            f"{model['cell_params_reset_before']:,}",
            str(model["cell_params"] - model["cell_params_reset_before"]),
        ]
        for model in (GRU_128, GRU_154)
    ]
    assert f"by {LSTM['cell_params'] - GRU_154['cell_params']} of" in PAGE


def test_the_models_are_those_of_the_command() -> None:
    for model, told in zip(MODELS, NOTEBOOK["models"], strict=True):
        assert (model.name, model.epochs) == (told["name"], told["notebook_epochs"])
        assert model.accuracy == told["notebook_accuracy"]
        assert model.candidate.cell_parameters == told["cell_params"]


def test_what_is_said_in_words() -> None:
    epochs = LSTM["test_accuracy_by_epoch"]
    assert epochs.index(max(epochs)) == 3  # "the fourth"
    assert (PAIRS < 0).all()  # "ahead with each of the three seeds"
    assert len(PAIRS) == 3
    assert STEPS[2] < 0 < STEPS[0]
    assert STEPS[0] - STEPS[1] > NOTEBOOK["luck_of_seeds"]  # "seeds do not explain"
    assert min(model["test_accuracy_by_epoch"][0] for model in (GRU_128, GRU_154)) > epochs[0]


def test_the_page_of_the_study_says_the_same() -> None:
    study = (FOLDER / "imdb.md").read_text(encoding="utf-8")
    assert f" {percent(STEPS[0])} points" in study
    assert f" {-100 * STEPS[-1]:.1f} points" in study.split("## What the notebook")[1]


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    assert (FOLDER / link).exists()
