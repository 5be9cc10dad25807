"""The published figures are those of the study that was run."""

import json
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
    return f"{100 * fraction:+.2f}".replace("-", "\N{MINUS SIGN}")


def test_enough_was_run() -> None:
    assert len(SUMMARY["budgets"]) >= 4
    assert SUMMARY["trials"]["planned"] >= 40
    assert SUMMARY["trials"]["over_budget"] == SUMMARY["trials"]["duplicates"] == 0
    runs = [tuple(budget[cell]["test_accuracy"]) for budget in SUMMARY["budgets"] for cell in CELLS]
    assert all(len(run) >= 8 for run in runs)
    assert len(set(runs)) == len(runs)
    assert all(0.7 < accuracy < 0.9 for run in runs for accuracy in run)


@pytest.mark.parametrize("budget", SUMMARY["budgets"], ids=lambda budget: str(budget["limit"]))
def test_counts_and_differences_are_consistent(budget: dict[str, Any]) -> None:
    means = []
    for cell in CELLS:
        assert Cell(cell).parameters(128, budget[cell]["units"]) == budget[cell]["cell_params"]
        assert budget[cell]["cell_params"] <= budget["limit"]
        means.append(float(np.mean(budget[cell]["test_accuracy"])))
    assert means[0] - means[1] == pytest.approx(budget["difference"], abs=1e-9)


def test_the_best_mean_at_the_full_budget() -> None:
    top = SUMMARY["budgets"][0]
    assert top["limit"] == 131_584
    assert max(np.mean(top[cell]["test_accuracy"]) for cell in CELLS) >= 0.85


def test_table_of_budgets() -> None:
    expected = []
    for budget in SUMMARY["budgets"]:
        row = [f"{budget['limit']:,}"]
        for cell in CELLS:
            measured = budget[cell]
            row += [f"{measured['units']} ({measured['cell_params']:,})"]
            row += [f"{100 * np.mean(measured['test_accuracy']):.2f}"]
        low, high = budget["interval_seeds_examples"]
        row += [points(budget["difference"]), f"{points(low)} to {points(high)}"]
        expected.append(row)
    assert table("At each budget") == expected


def test_the_verdict_of_its_time_is_marked_as_such() -> None:
    assert SUMMARY["sentence"] in " ".join(PAGE.replace("> ", "").split())
    assert SUMMARY["sentence"] not in " ".join(README.replace("> ", "").split())


@pytest.mark.parametrize("link", LINKS)
def test_links_lead_somewhere(link: str) -> None:
    assert (FOLDER / link).exists()
