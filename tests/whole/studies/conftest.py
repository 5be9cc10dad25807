"""A study that several tests share."""

import shutil
from pathlib import Path

import pytest

from tests.support.simulated.studies import run, settings


@pytest.fixture(scope="module")
def two(simulated: None, texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs with a study of two searches; not to change."""
    folder = tmp_path_factory.mktemp("two")
    run(settings(texts, folder))
    return folder


@pytest.fixture
def runs(two: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(two, tmp_path / "runs"))
