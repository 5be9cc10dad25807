"""Labelled series of numbers in a file of their own kind, or in two."""

from collections.abc import Callable
from pathlib import Path

from study.datasets.dataset import digest
from study.datasets.facts import Form
from study.datasets.sources.corpus import as_unreadable
from study.datasets.sources.numbers.npz import read_npz
from study.datasets.sources.numbers.series import ReadSeries, Series
from study.datasets.sources.numbers.ts_file import read_ts
from study.datasets.splits import Part
from study.errors import UserError

SERIES_FILES: dict[str, Callable[..., ReadSeries]] = {".npz": read_npz, ".ts": read_ts}
_TRAIN, _TEST = "_TRAIN", "_TEST"  # how the archives' two files of a data set end


class SeriesFile:
    """A file of `SERIES_FILES`; NAME_TRAIN.ts has its test split in NAME_TEST.ts beside it.

    Raises:
        UserError: It is the test split of a data set.
    """

    reads_numbers = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._test = _beside(path, _TRAIN, _TEST)
        train = _beside(path, _TEST, _TRAIN)
        if train:
            raise UserError(
                f"{path} is a test split, which no model may learn from. Give {train}; the test "
                "split is found beside it."
            )

    @property
    def name(self) -> str:
        """The file's name without its suffix, or that of the data set of two files."""
        return self._path.stem.removesuffix(_TRAIN) if self._test else self._path.stem

    def identity(self) -> str:
        """SHA-256 of the files."""
        return " ".join(map(_digest, filter(None, (self._path, self._test))))

    def read(self) -> Series:
        """The series, in the files' order."""
        read = read_series(self._path, labelled=True)
        if self._test is None:
            return Series.of(str(self._path), read._replace(form=self._form(read.form)))
        test = read_series(self._test, labelled=True)
        if len(test.features) != len(read.features):
            raise UserError(
                f"{self._path} has {len(read.features)} features a step, but {self._test} has "
                f"{len(test.features)}. Give two files of one data set."
            )
        both = read._replace(
            values=[*read.values, *test.values],
            labels=[*(read.labels or ()), *(test.labels or ())],
            parts=[Part.TRAIN] * len(read.values) + [Part.TEST] * len(test.values),
            entries=read.entries + test.entries,
        )
        return Series.of(f"{self._path} and {self._test.name}", both)

    def _form(self, form: Form) -> Form:
        """With the test file that is missed beside a training file."""
        path = self._path
        if path.suffix.lower() != ".ts" or not path.stem.endswith(_TRAIN):
            return form
        return form._replace(no_test=path.stem.removesuffix(_TRAIN) + _TEST + path.suffix)


def read_series(path: Path, *, labelled: bool) -> ReadSeries:
    """What one file holds, read by its suffix.

    Args:
        labelled: Whether labels are needed; else they are not looked at.

    Raises:
        UserError: It is not as expected.
    """
    return SERIES_FILES[path.suffix.lower()](path, labelled=labelled)


def _beside(path: Path, ending: str, other: str) -> Path | None:
    """The other of the archives' two files of a data set, where it is there."""
    if path.suffix.lower() != ".ts" or not path.stem.endswith(ending):
        return None
    file = path.with_name(path.stem.removesuffix(ending) + other + path.suffix)
    return file if file.is_file() else None


def _digest(path: Path) -> str:
    with as_unreadable(path):
        return digest(path)
