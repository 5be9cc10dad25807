"""Fixtures that several tests share."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.commands import search, small_study, write_moods

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's output at start-up


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all worker processes of one run of the tests."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One worker at a time: the first one makes what the others find made."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session", autouse=True)
def cache(common: Path) -> Iterator[Path]:
    """A cache of the tests' own, so that they neither use nor fill the user's."""
    folder = common / "cache"
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
def texts(common: Path) -> Path:
    """A small data set with three classes that a small model can learn."""
    path = common / "moods.csv"
    with locked(common):
        if not path.exists():
            write_moods(path)
    return path


@pytest.fixture(scope="session")
def finished(common: Path, texts: Path) -> Path:
    """The folder of a small study that was searched, confirmed and reported; not to change."""
    run = common / "runs" / "moods"
    with locked(common):
        if not (run / "report.html").exists():
            done = search(*small_study(texts), "--output-dir", str(run.parent))
            assert done.returncode == 0, done.stderr
    return run


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of that study's folder, to change."""
    return Path(shutil.copytree(finished, tmp_path / "runs" / "moods"))
