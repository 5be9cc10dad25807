"""The rows of a table: CSV, TSV or Parquet, packed or not."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from study.datasets.sources.unpack import LARGEST, PACKINGS, is_packed, unpacked
from study.errors import UserError

if TYPE_CHECKING:
    import _csv

_DIALECTS: dict[str, dict[str, Any]] = {
    ".csv": {"delimiter": ","},
    ".tsv": {"delimiter": "\t", "quoting": csv.QUOTE_NONE},  # a quotation mark is a character
}
_PARQUET = (".parquet", ".pq")
_PICKLES = (".pkl", ".pickle", ".joblib", ".npy", ".npz", ".pt")
_ROWS_AT_ONCE = 1024  # of Parquet, so that a bomb is noticed before memory is full


class Row(NamedTuple):
    """One row.

    Attributes:
        place: Its last line, or its number from 1 in Parquet.
        lines: That it takes; 1 in Parquet.
        fields: As many as the header has; None: no value.
    """

    place: int
    lines: int
    fields: Sequence[str | None]


class Rows(NamedTuple):
    """An opened table."""

    names: Sequence[str]  # of its columns
    unit: str  # what `Row.place` counts: line, row
    rows: Iterator[Row]  # without the header and blank lines


class Wanted(NamedTuple):
    """The columns that are read.

    Attributes:
        needed: That must be there, and once.
        optional: That are read where they are there; None: all others.
        flags: That name them, for what is said where they are missing.
        hint: What else may be meant where they are missing: a sentence after a blank, or nothing.
    """

    needed: Sequence[str]
    optional: Sequence[str] | None
    flags: str
    hint: str = ""

    def of(self, path: Path, names: Sequence[str]) -> list[str]:
        """Those to read of a table with these columns.

        Raises:
            UserError: One that is needed is not there, or one that is read is there twice.
        """
        missing = [name for name in self.needed if names.count(name) != 1]
        if missing:
            raise UserError(
                f"{path} should have one column {' and one '.join(map(repr, missing))}, but it has "
                f"{', '.join(map(repr, names))}. Name them with {self.flags}.{self.hint}"
            )
        others = [name for name in names if name not in self.needed]
        read = [name for name in others if self.optional is None or name in self.optional]
        twice = [name for name in read if read.count(name) > 1]
        if twice:
            raise UserError(f"{path} has two columns {twice[0]!r}. Give each a name of its own.")
        return [*self.needed, *read]


def check_table(path: Path) -> None:
    """Refuse what is no table, by its suffix.

    Raises:
        UserError: The file is empty, or of another kind.
    """
    if not path.is_file():
        raise UserError(f"{path} is neither a file nor a folder. Give a table as a regular file.")
    if not path.stat().st_size:
        raise UserError(f"{path} is empty. Give a table with examples and labels.")
    suffix = kind(path)
    if suffix in _PICKLES:
        raise UserError(
            f"{path} is not read: a {suffix} file can hold pickled objects, which run code when "
            "they are opened. Save texts as CSV, TSV or Parquet, and numbers as .npz, without "
            'packing it: np.savez("data.npz", x=x, y=y).'
        )
    if suffix not in (*_DIALECTS, *_PARQUET):
        raise UserError(
            f"{path} has a suffix that is not known. Expected is one of "
            f"{', '.join([*_DIALECTS, *_PARQUET])}, and after it perhaps one of "
            f"{', '.join(PACKINGS)}; for numbers also .npz and .ts."
        )


def kind(path: Path) -> str:
    """The suffix that names the format, in lower case."""
    inner = Path(path.stem) if is_packed(path) else path
    return inner.suffix.lower()


@contextmanager
def open_rows(path: Path, wanted: Wanted) -> Iterator[Rows]:
    """The rows of a table; one that cannot be read is refused with its line.

    Raises:
        UserError: The table cannot be read, or lacks a column.
    """
    opened = _open_parquet if kind(path) in _PARQUET else _open_separated
    with opened(path, wanted) as rows:
        yield rows


@contextmanager
def _open_separated(path: Path, wanted: Wanted) -> Iterator[Rows]:
    csv.field_size_limit(LARGEST)  # else a text of more than 131,072 characters is refused
    with unpacked(path) as stream:
        # Strict: a quotation mark that stands astray must not swallow the rows after it.
        lines = io.TextIOWrapper(stream, "utf-8-sig", newline="")
        try:
            first = lines.readline()
            dialect = _dialect(kind(path), first, wanted.needed)
            reader = csv.reader(chain([first], lines), strict=True, **dialect)
            filled = _filled(reader)
            header = next(filled, None)
            if header is None:
                raise UserError(f"{path} is empty. Give a table with examples and labels.")
            columns = [str(name) for name in header.fields]
            names = wanted.of(path, columns)
            yield Rows(names, "line", _chosen(filled, columns, names))
        except UnicodeDecodeError as error:
            raise UserError(
                f"{path} is not UTF-8 text ({error.reason}). Save it as UTF-8, or check that it "
                "is the table you meant."
            ) from error
        except csv.Error as error:
            raise UserError(
                f"{path} is not a table with a header and as many fields in every row (line "
                f"{reader.line_num:,}: {error}). Check how its fields are separated and quoted."
            ) from error


def _dialect(suffix: str, header: str, needed: Sequence[str]) -> dict[str, Any]:
    """How fields are separated: in CSV by what the header has between the columns that are needed.

    Spreadsheets separate by semicolons where the comma stands in numbers.
    """
    dialect = _DIALECTS[suffix]
    if suffix == ".csv":
        for delimiter in (",", ";", "\t"):
            with suppress(csv.Error):
                (names,) = csv.reader([header], delimiter=delimiter)
                if set(needed) <= set(names):
                    return {**dialect, "delimiter": delimiter}
    return dialect


def _filled(reader: "_csv.Reader") -> Iterator[Row]:
    """The rows that are not blank."""
    before = 0
    for fields in reader:
        taken, before = reader.line_num - before, reader.line_num
        if len(fields) > 1 or "".join(fields).strip():
            yield Row(before, taken, fields)


def _chosen(rows: Iterator[Row], columns: Sequence[str], names: Sequence[str]) -> Iterator[Row]:
    """The rows with the fields of these columns, None for those missing at a row's end."""
    positions = [columns.index(name) for name in names]
    for place, lines, fields in rows:
        if len(fields) > len(columns):
            raise csv.Error(f"{len(fields)} fields instead of {len(columns)}")
        whole = [*fields, *[None] * (len(columns) - len(fields))]
        yield Row(place, lines, [whole[position] for position in positions])


@contextmanager
def _open_parquet(path: Path, wanted: Wanted) -> Iterator[Rows]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source: Path | BinaryIO = path
        if is_packed(path):
            with unpacked(path) as stream:
                source = stream
        with pq.ParquetFile(source) as file:
            names = wanted.of(path, file.schema_arrow.names)
            yield Rows(names, "row", _parquet_rows(path, file, names))
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            f"{path} is not a Parquet file with text and numbers: {error}. Check that it is whole."
        ) from error


def _parquet_rows(path: Path, file: Any, names: Sequence[str]) -> Iterator[Row]:
    import pyarrow as pa

    size, place = 0, 0
    for batch in file.iter_batches(_ROWS_AT_ONCE, columns=names):
        size += batch.nbytes
        if size > LARGEST:
            raise UserError(
                f"More than {LARGEST:,} bytes come out of {path}, which is no likely size "
                "for its content. Check it; if it is right, take a part of it."
            )
        columns = [batch.column(name).cast(pa.string()).to_pylist() for name in names]
        for fields in zip(*columns, strict=True):
            place += 1
            yield Row(place, 1, fields)
