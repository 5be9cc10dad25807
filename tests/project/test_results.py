"""The published figures are those of the study that was run."""

import hashlib
import json
import math
import re
from typing import Any

import numpy as np
import pytest

from search_spaces.cells import Cell
from tests.support.commands import ROOT

FOLDER = ROOT / "docs" / "results"
PAGE = (FOLDER / "imdb.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SUMMARY: dict[str, Any] = json.loads((FOLDER / "imdb" / "summary.json").read_text())
CELLS = SUMMARY["verdict"]["cells"]
LINKS = re.findall(r"\]\(([^)#:]+)\)", PAGE)


def table(heading: str) -> list[list[str]]:
    """The rows of the page's table under a heading, without its head."""
    part = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def points(fraction: float) -> str:
    return f"{100 * fraction:.2f}".replace("-", "\N{MINUS SIGN}")


def differences(budget: dict[str, Any]) -> list[float]:
    """The first cell minus the second in each search, fractions."""
    first, second = (np.mean(budget[cell]["test_accuracy"], axis=1) for cell in CELLS)
    return [float(value) for value in first - second]


def test_enough_was_run() -> None:
    searches = SUMMARY["searches"]
    assert searches["planned"] == "6..10"
    assert searches["complete"] >= 6
    assert SUMMARY["budget"]["limit"] == SUMMARY["verdict"]["limit"] == 131_584
    assert SUMMARY["trials"]["planned"] == 24 * searches["complete"]
    assert SUMMARY["trials"]["over_budget"] == SUMMARY["trials"]["duplicates"] == 0
    for budget in SUMMARY["budgets"]:
        for cell in CELLS:
            runs = np.array(budget[cell]["test_accuracy"])
            assert runs.shape == (searches["complete"], 2)
            assert ((runs > 0.7) & (runs < 0.9)).all()
            assert budget[cell]["at_epoch_cap"] <= runs.size / 10


@pytest.mark.parametrize("budget", SUMMARY["budgets"], ids=lambda budget: str(budget["limit"]))
def test_counts_and_differences_are_consistent(budget: dict[str, Any]) -> None:
    for cell in CELLS:
        for units, size in zip(budget[cell]["units"], budget[cell]["cell_params"], strict=True):
            assert Cell(cell).parameters(128, units) == size <= budget["limit"]
        assert np.mean(budget[cell]["test_accuracy"]) == pytest.approx(budget[cell]["accuracy"])
    (comparison,) = budget["comparisons"]
    assert np.mean(differences(budget)) == pytest.approx(comparison["difference"], abs=1e-9)


def test_table_of_budgets() -> None:
    expected = []
    for budget in SUMMARY["budgets"]:
        row = [f"{budget['limit']:,}"]
        for cell in CELLS:
            measured = budget[cell]
            row += [f"{measured['units'][0]} ({measured['cell_params'][0]:,})"]
            row += [f"{100 * measured['accuracy']:.2f}"]
        (comparison,) = budget["comparisons"]
        low, high = comparison["interval"]
        row += [points(comparison["difference"]), f"{points(low)} to {points(high)}"]
        expected.append(row)
    assert table("At each budget") == expected


def test_table_of_searches() -> None:
    by_search = zip(*map(differences, SUMMARY["budgets"]), strict=True)
    expected = [[str(n), *map(points, found)] for n, found in enumerate(by_search, start=1)]
    assert table("Search by search") == expected


def test_the_answer_is_the_study_s() -> None:
    answer = " ".join(PAGE.replace("> ", "").split())
    assert SUMMARY["sentence"].split(" Mean over", 1)[0] in answer
    linear = SUMMARY["baselines"]["linear"]["test_accuracy"]
    assert f"answers {100 * linear:.1f} % of the test reviews" in answer
    (plan,) = SUMMARY["plans"]
    assert f"`{plan['sha256']}`" in PAGE
    stored = (FOLDER / "imdb" / "plan.json").read_bytes()
    assert hashlib.sha256(stored).hexdigest() == plan["sha256"]


def test_readme_says_the_same() -> None:
    found = SUMMARY["verdict"]
    low, high = (abs(100 * value) for value in reversed(found["interval"]))
    said = (
        f"GRU is more accurate by {-100 * found['difference']:.1f} points "
        f"({100 * (1 - found['alpha']):.1f} % interval "
        f"{math.floor(10 * low) / 10} to {math.ceil(10 * high) / 10})"
    )
    assert said in " ".join(README.split())


@pytest.mark.parametrize("link", LINKS)
def test_links_lead_somewhere(link: str) -> None:
    assert (FOLDER / link).exists()
