"""The pages of docs/: the reference is the code's, links lead somewhere."""

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from reports.exports.summary import summary
from reports.findings.answer import answer
from reports.paper.macros import macros
from tests.support.commands import ROOT
from tests.support.made_up.records import confirmed_record

DOCS = ROOT / "docs"
PAGES = {str(path.relative_to(DOCS)): path.read_text("utf-8") for path in DOCS.rglob("*.md")}


def test_the_reference_is_what_the_code_says() -> None:
    sys.path.insert(0, str(DOCS / "reference"))
    try:
        pages = import_module("generate").pages()
    finally:
        sys.path.pop(0)
    for name, text in pages.items():
        stale = f"{name} is out of date: python docs/reference/generate.py"
        assert PAGES[f"reference/{name}"] == text, stale


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)[^):]*\)", PAGES[page]):
        assert (DOCS / page).parent.joinpath(link).exists(), link


def test_the_commands_that_are_named_exist() -> None:
    record = confirmed_record()
    known = set(re.findall(r"\\newcommand\{(\\iso\w+)\}", macros(summary(record, answer(record)))))
    assert set(re.findall(r"\\iso[A-Z]\w+", PAGES["how-to/paper.md"])) <= known


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_loads_nothing(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    pages = [path.read_text("utf-8") for path in tmp_path.rglob("*.html")]
    assert len(pages) > len(PAGES)
    loaded = r'<(?:script|img|iframe)[^>]*src="https?:|<link[^>]*rel="stylesheet"[^>]*href="https?:'
    assert not any(re.search(loaded, page) for page in pages)
