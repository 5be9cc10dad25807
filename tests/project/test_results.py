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
    assert len(SUMMARY["rungs"]) >= 4
    assert SUMMARY["trials"]["planned"] >= 40
    assert SUMMARY["trials"]["over_budget"] == SUMMARY["trials"]["duplicates"] == 0
    runs = [tuple(rung[cell]["test_accuracy"]) for rung in SUMMARY["rungs"] for cell in CELLS]
    assert all(len(run) >= 8 for run in runs)
    assert len(set(runs)) == len(runs)
    assert all(0.7 < accuracy < 0.9 for run in runs for accuracy in run)


@pytest.mark.parametrize("rung", SUMMARY["rungs"], ids=lambda rung: str(rung["limit"]))
def test_counts_and_differences_are_consistent(rung: dict[str, Any]) -> None:
    means = []
    for cell in CELLS:
        assert Cell(cell).parameters(128, rung[cell]["units"]) == rung[cell]["cell_params"]
        assert rung[cell]["cell_params"] <= rung["limit"]
        means.append(float(np.mean(rung[cell]["test_accuracy"])))
    assert means[0] - means[1] == pytest.approx(rung["difference"], abs=1e-9)


def test_the_best_mean_at_the_full_budget() -> None:
    top = SUMMARY["rungs"][0]
    assert top["limit"] == 131_584
    assert max(np.mean(top[cell]["test_accuracy"]) for cell in CELLS) >= 0.85


def test_table_of_budgets() -> None:
    expected = []
    for rung in SUMMARY["rungs"]:
        row = [f"{rung['limit']:,}"]
        for cell in CELLS:
            measured = rung[cell]
            row += [f"{measured['units']} ({measured['cell_params']:,})"]
            row += [f"{100 * np.mean(measured['test_accuracy']):.2f}"]
        low, high = rung["interval_seeds_examples"]
        row += [points(rung["difference"]), f"{points(low)} to {points(high)}"]
        expected.append(row)
    assert table("At each budget") == expected


@pytest.mark.parametrize("text", [PAGE, README], ids=["page", "readme"])
def test_verdict(text: str) -> None:
    assert SUMMARY["sentence"] in " ".join(text.replace("**", "").replace("> ", "").split())


@pytest.mark.parametrize("link", LINKS)
def test_links_lead_somewhere(link: str) -> None:
    assert (FOLDER / link).exists()
