"""What the README says is there, and what is there is in the README."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from search_spaces.cells import BUILT_IN, Cell
from study.question.settings import Settings
from study.question.settings_file import saved_flags
from study.search import app
from tests.support.commands import ROOT, call

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FLAGS = [
    field.name.replace("_", "-")
    for group in dataclasses.fields(Settings)
    for field in dataclasses.fields(getattr(Settings(), group.name))
]


@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_is_documented(flag: str) -> None:
    assert re.search(rf"--(no-)?{flag}\b", README)


@pytest.mark.parametrize(
    "module", sorted(set(re.findall(r"python -m ((?:study|reports)[.\w]*)", README)))
)
def test_every_command_exists(module: str) -> None:
    path = ROOT / Path(*module.split("."))
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([\w/]+/[\w./]*)`", CONTRIBUTING))))
def test_every_path_that_contributors_are_told_of_exists(path: str) -> None:
    assert any((ROOT / base / path).exists() for base in ("", "study", "reports"))


@pytest.mark.parametrize("cell", BUILT_IN)
def test_every_cell_is_documented(cell: Cell) -> None:
    assert f"`{cell}`" in README


@pytest.mark.parametrize("package", ["study", "reports"])
def test_the_map_shows_every_folder(package: str) -> None:
    shown = CONTRIBUTING.split(f"\n{package}/")[1].split("\n\n")[0].split("\n```")[0]
    for folder in (ROOT / package).iterdir():
        if (folder / "__init__.py").exists():
            assert f"{folder.name}/" in shown


def test_one_version_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"version: {project['version']}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_help_says_the_defaults_that_are_taken() -> None:
    page = " ".join(re.sub("[^ -~]+", " ", call(app, "--help").stdout).split())
    levelled = [flag for flag in Settings().flags() if flag.trait.words]
    assert len(levelled) == 4
    for flag in levelled:
        of_flag = page.split(f" --{flag.name} ")[1].split(" --")[0]
        assert f" {flag.trait.words:,} for words" in of_flag
        assert f" {flag.trait.characters:,} for characters" in of_flag
        assert f" {flag.trait.numbers:,} for numbers" in of_flag


def test_saved_settings_are_flags() -> None:
    assert set(saved_flags(Settings())) <= set(FLAGS)
