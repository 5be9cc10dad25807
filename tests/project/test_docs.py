"""What the README says is there, and what is there is in the README."""

import dataclasses
import re
from pathlib import Path

import pytest

from study.question.settings import Settings
from study.question.settings_file import saved_flags
from study.search import app
from tests.support.commands import ROOT, call

README = (ROOT / "README.md").read_text(encoding="utf-8")
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


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_help_says_the_defaults_that_are_taken() -> None:
    page = " ".join(re.sub("[^ -~]+", " ", call(app.meta, "--help").stdout).split())
    levelled = [flag for flag in Settings().flags() if flag.trait.words]
    assert len(levelled) == 4
    for flag in levelled:
        of_flag = page.split(f" --{flag.name} ")[1].split(" --")[0]
        assert f" {flag.trait.words:,} for words" in of_flag
        assert f" {flag.trait.characters:,} for characters" in of_flag


def test_kept_settings_are_flags() -> None:
    assert set(saved_flags(Settings())) <= set(FLAGS)
