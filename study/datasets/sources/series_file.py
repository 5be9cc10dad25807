"""Labelled series of numbers in a file of their own kind."""

from collections.abc import Callable
from pathlib import Path

from study.datasets.dataset import digest
from study.datasets.sources.corpus import as_unreadable
from study.datasets.sources.npz import read_npz
from study.datasets.sources.series import ReadSeries, Series

SERIES_FILES: dict[str, Callable[..., ReadSeries]] = {".npz": read_npz}


class SeriesFile:
    """A file of `SERIES_FILES`."""

    reads_numbers = True

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self._path.stem

    def identity(self) -> str:
        """SHA-256 of the file."""
        with as_unreadable(self._path):
            return digest(self._path)

    def read(self) -> Series:
        """The series, in the file's order."""
        read = SERIES_FILES[self._path.suffix.lower()](self._path, labelled=True)
        return Series.of(str(self._path), read)
