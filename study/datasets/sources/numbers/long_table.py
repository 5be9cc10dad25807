"""Series of numbers in a long table: one row a step."""

import math
import re
import shlex
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from study.datasets.dataset import digest
from study.datasets.facts import PLAIN, Form
from study.datasets.sources.classes import named_parts
from study.datasets.sources.corpus import as_unreadable
from study.datasets.sources.numbers.form import ordering
from study.datasets.sources.numbers.series import ReadSeries, Series
from study.datasets.sources.rows import Row, Wanted, check_table, kind, open_rows
from study.datasets.sources.table import SPLIT, name_of
from study.errors import UserError

_MISSING = ("nan", "na", "null", "none", "?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+")
_FLAGS = "--id-column, --step-column and --label-column"


class Columns(NamedTuple):
    """Which columns of a long table are what; all others are features.

    Attributes:
        example: Tells the series apart.
        step: Orders the rows of a series; None: they are in order.
        label: The class, the same in every row of a series; None: there is none.
        features: Where not all others are read: those that are.
    """

    example: str
    step: str | None
    label: str | None
    features: Sequence[str] | None = None

    @property
    def wanted(self) -> Wanted:
        """What is read of a table."""
        needed = (self.example, self.step, self.label, *(self.features or ()))
        return Wanted(
            [name for name in needed if name is not None],
            optional=None if self.features is None else (),
            flags=_FLAGS,
        )


class LongTable:
    """A table of one row a step, with a column that tells the series apart and one of labels.

    A column named `split`, if there is one, says which split a series belongs to.

    Raises:
        UserError: The file is empty, or of another kind.
    """

    reads_numbers = True

    def __init__(self, path: Path, columns: Columns) -> None:
        self._path = path
        self._columns = columns
        check_table(path)

    @property
    def name(self) -> str:
        """The file's name without its suffixes."""
        return name_of(self._path)

    def identity(self) -> str:
        """SHA-256 of the file, and how it is read."""
        with as_unreadable(self._path):
            return f"{digest(self._path)} {kind(self._path)} {tuple(self._columns)!r}"

    def read(self) -> Series:
        """The series, in the order of their first rows."""
        return Series.of(str(self._path), read_long_table(self._path, self._columns))


@dataclass
class _Gathered:
    """The rows so far, as numbers."""

    numbers: dict[str, int] = field(default_factory=dict)  # of the series, by identifier
    once: dict[str, list[str]] = field(default_factory=dict)  # what each series has one of
    series: "array[int]" = field(default_factory=lambda: array("q"))  # of each row
    steps: "array[float]" = field(default_factory=lambda: array("d"))
    places: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    lines: int = 0
    missing: int = 0  # values
    first_missing: str = ""  # where


def read_long_table(path: Path, columns: Columns) -> ReadSeries:
    """The series of a table, each with its rows in the order of their steps.

    Raises:
        UserError: A value is missing or is no number, a series has two labels or splits, or a step
            twice.
    """
    gathered = _Gathered()
    with open_rows(path, columns.wanted) as table:
        place = {name: at for at, name in enumerate(table.names)}
        once = [name for name in (columns.label, SPLIT) if name in place and name is not None]
        if columns.features is not None:
            once = []
        apart = {columns.example, columns.step, *once}
        features = tuple(columns.features or (name for name in place if name not in apart))
        if not features:
            raise UserError(
                f"{path} has no column of numbers beside {', '.join(map(repr, place))}. Add them."
            )
        gathered.once = {name: [] for name in once}
        reader = _RowReader(path, table.unit, place, columns, features)
        for row in table.rows:
            reader.add(row, gathered)
        reader.check(gathered)
        unit = f"{table.unit}s"
    if not gathered.numbers:
        raise UserError(f"{path} has columns but no rows. Give at least some examples.")
    values = _series(path, columns, gathered, len(features), unit[:-1])
    return ReadSeries(
        values=values,
        names=tuple(gathered.numbers),
        features=features,
        labels=gathered.once.get(columns.label or ""),
        parts=named_parts(path, f"column {SPLIT!r}", gathered.once[SPLIT])
        if SPLIT in gathered.once
        else None,
        entries=gathered.lines,
        unit=unit,
        form=PLAIN if columns.step is not None else _form(gathered, features, values),
    )


class _RowReader(NamedTuple):
    path: Path
    unit: str
    place: dict[str, int]  # of each column among a row's fields
    columns: Columns
    features: tuple[str, ...]

    def add(self, row: Row, to: _Gathered) -> None:
        """Take a row."""
        example = self._word(row, self.columns.example)
        number = to.numbers.setdefault(example, len(to.numbers))
        for name, of_series in to.once.items():
            value = self._word(row, name)
            if number == len(of_series):
                of_series.append(value)
            elif of_series[number] != value:
                raise self._refuse(
                    row,
                    f"{example!r} has {of_series[number]!r} and {value!r} in column {name!r}, but "
                    "a series has one value there. Give each series an identifier of its own; "
                    "cut a recording of several labels into series of one first.",
                )
        to.series.append(number)
        if self.columns.step is not None:
            to.steps.append(self._step(row, self.columns.step))
        to.places.append(row.place)
        to.lines += row.lines
        for name in self.features:
            measured = self._number(row, name)
            to.values.append(math.nan if measured is None else measured)
            if measured is None:
                to.missing += 1
                to.first_missing = to.first_missing or (
                    f"{self.unit} {row.place:,}: the value in column {name!r} is missing"
                )

    def check(self, gathered: _Gathered) -> None:
        """Refuse missing values, however many there are.

        Raises:
            UserError: There are some.
        """
        if gathered.missing:
            more = f", the first of {gathered.missing:,}" * (gathered.missing > 1)
            raise UserError(
                f"{self.path}, {gathered.first_missing}{more}. Fill in what is missing, or leave "
                "those series out."
            )

    def _word(self, row: Row, name: str) -> str:
        value = (row.fields[self.place[name]] or "").strip()
        if not value:
            raise self._refuse(row, f"there is no value in column {name!r}. Fill it in.")
        return value

    def _step(self, row: Row, name: str) -> float:
        value = self._number(row, name)
        if value is None:
            what = f"the value in column {name!r} is missing"
            raise self._refuse(row, f"{what}. Fill it in, or leave that series out.")
        return value

    def _number(self, row: Row, name: str) -> float | None:
        """None: it is missing."""
        text = row.fields[self.place[name]] or ""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            return value
        word = text.strip()
        if not word or word.casefold() in _MISSING:
            return None
        raise self._refuse(
            row,
            f"column {name!r} should hold numbers, but it has {word[:40]!r}. "
            f"{self._remedy(name, word)}",
        )

    def _remedy(self, name: str, word: str) -> str:
        """Of a word where a number is expected."""
        if _DECIMAL_COMMA.fullmatch(word):
            return "Write numbers with a decimal point, not with a comma."
        if name == self.columns.step:
            return "Give numbers, such as seconds or a count."
        if self.columns.features is not None:
            return "Correct it."
        return (
            "Correct it, leave the column out, or, if it is what tells the series apart, name it: "
            f"--id-column {shlex.quote(name)}."
        )

    def _refuse(self, row: Row, what: str) -> UserError:
        return UserError(f"{self.path}, {self.unit} {row.place:,}: {what}")


def _form(gathered: _Gathered, features: Sequence[str], values: Sequence[NDArray[Any]]) -> Form:
    """Of rows that no column orders: how many series are scattered, and what may order them."""
    series = np.array(gathered.series)
    begins = np.flatnonzero(np.diff(series, prepend=-1))
    apart = int((np.bincount(series[begins]) > 1).sum())
    if not apart:
        return PLAIN
    orders = ordering(values)
    return Form(apart=apart, orders=tuple(np.array(features)[orders].tolist()))


def _series(
    path: Path, columns: Columns, gathered: _Gathered, features: int, unit: str
) -> list[NDArray[Any]]:
    """The values of each series, (steps, features), in the order of its steps."""
    series = np.array(gathered.series)
    values = np.array(gathered.values).reshape(-1, features)
    if columns.step is None:
        order = np.argsort(series, kind="stable")
    else:
        steps = np.array(gathered.steps)
        order = np.lexsort((steps, series))
        again = (np.diff(series[order]) == 0) & (np.diff(steps[order]) == 0)
        if again.any():
            first, second = order[int(np.argmax(again)) :][:2]
            name = tuple(gathered.numbers)[series[first]]
            raise UserError(
                f"{path} has step {steps[first]:g} of {name!r} twice, in {unit}s "
                f"{gathered.places[first]:,} and {gathered.places[second]:,}. Leave one out, or "
                "give each series an identifier of its own."
            )
    ends = np.cumsum(np.bincount(series))[:-1]
    return np.split(values[order], ends)
