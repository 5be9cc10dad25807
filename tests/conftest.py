"""Fixtures that several tests share."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import search, small_study, write_moods

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up chatter


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of the tests' own, so that they neither use nor fill the user's."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ISOPARAM_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def imdb() -> Path:
    """The Large Movie Review Dataset as a CSV, where it lies beside the checkout."""
    path = Path(__file__).parents[2] / "shared" / "data" / "imdb.csv.gz"
    if not path.exists():
        pytest.skip("the IMDB reviews are not beside this checkout")
    return path


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set with three classes that a small model can learn."""
    path = tmp_path_factory.mktemp("data") / "moods.csv"
    write_moods(path)
    return path


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, texts: Path) -> Path:
    """The folder of a small study that was searched, confirmed and reported."""
    runs = tmp_path_factory.mktemp("runs")
    done = search(*small_study(texts), "--output-dir", str(runs))
    assert done.returncode == 0, done.stderr
    return runs / "moods"


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of that study's folder, to change."""
    return Path(shutil.copytree(finished, tmp_path / "runs" / "moods"))
