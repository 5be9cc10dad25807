"""Labelled texts in a table: CSV, TSV or Parquet, packed or not."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from study.datasets.dataset import digest
from study.datasets.facts import Origin
from study.datasets.sources.corpus import Corpus, as_unreadable
from study.datasets.sources.unpack import LARGEST, PACKINGS, is_packed, unpacked
from study.datasets.splits import PART_NAMES, Part
from study.errors import UserError

if TYPE_CHECKING:
    import _csv

_DIALECTS: dict[str, dict[str, Any]] = {
    ".csv": {"delimiter": ","},
    ".tsv": {"delimiter": "\t", "quoting": csv.QUOTE_NONE},  # a quotation mark is a character
}
_PARQUET = (".parquet", ".pq")
_PICKLES = (".pkl", ".pickle", ".joblib", ".npy", ".npz", ".pt")
_SPLIT = "split"
_ROWS_AT_ONCE = 1024  # of Parquet, so that a bomb is noticed before memory is full

Columns = Mapping[str, Sequence[str | None]]  # None: no value


class _Rows(NamedTuple):
    columns: Columns
    entries: int  # of the file: lines without the header and blank ones, or rows
    unit: str


class Table:
    """A file with a column of texts, one of labels and, if it likes, one named `split`.

    Raises:
        UserError: The file is empty, or of another kind.
    """

    reads_numbers = False

    def __init__(self, path: Path, text_column: str, label_column: str) -> None:
        self._path = path
        self._text = text_column
        self._label = label_column
        _check_file(path)
        _check_suffix(path)

    @property
    def name(self) -> str:
        """The file's name without its suffixes."""
        inner = Path(self._path.stem) if is_packed(self._path) else self._path
        return inner.stem

    def identity(self) -> str:
        """SHA-256 of the file, and how it is read."""
        with as_unreadable(self._path):
            content = digest(self._path)
        return " ".join([content, _kind(self._path), repr(self._text), repr(self._label)])

    def read(self) -> Corpus:
        """The rows, in the file's order."""
        needed = [self._text, self._label]
        read = _read_parquet if _kind(self._path) in _PARQUET else _read_separated
        found, entries, unit = read(self._path, needed)
        columns = dict(found)
        for name in set(columns) - {self._text}:
            columns[name] = [value and value.strip() for value in columns[name]]
        texts = _complete(self._path, columns, self._text)
        labels = _complete(self._path, columns, self._label)
        if not texts:
            raise UserError(f"{self._path} has columns but no rows. Give at least some examples.")
        parts = None if set(columns) == set(needed) else _parts(self._path, columns)
        return Corpus.of(Origin(str(self._path), entries, unit), texts, labels, parts)


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"{path} is neither a file nor a folder. Give a table as a regular file.")
    if not path.stat().st_size:
        raise UserError(f"{path} is empty. Give a table with texts and labels.")


def _check_suffix(path: Path) -> None:
    kind = _kind(path)
    if kind in _PICKLES:
        raise UserError(
            f"{path} is not read: a {kind} file can hold pickled objects, which run code when "
            "they are opened. Save the texts as CSV, TSV or Parquet."
        )
    if kind not in (*_DIALECTS, *_PARQUET):
        raise UserError(
            f"{path} has a suffix that is not known. Expected is one of "
            f"{', '.join([*_DIALECTS, *_PARQUET])}, and after it perhaps one of "
            f"{', '.join(PACKINGS)}."
        )


def _kind(path: Path) -> str:
    """The suffix that names the format, in lower case."""
    inner = Path(path.stem) if is_packed(path) else path
    return inner.suffix.lower()


def _read_separated(path: Path, needed: Sequence[str]) -> _Rows:
    """Every row of the file; one that cannot be read is refused with its line."""
    csv.field_size_limit(LARGEST)  # else a text of more than 131,072 characters is refused
    with unpacked(path) as stream:
        # Strict: a quotation mark that stands astray must not swallow the rows after it.
        lines = io.TextIOWrapper(stream, "utf-8-sig", newline="")
        try:
            first = lines.readline()
            dialect = _dialect(_kind(path), first, needed)
            reader = csv.reader(chain([first], lines), strict=True, **dialect)
            rows, entries = _filled(reader), 0
            _, header = next(rows, (0, None))
            if header is None:
                raise UserError(f"{path} is empty. Give a table with texts and labels.")
            wanted = [(name, header.index(name)) for name in _wanted(path, header, needed)]
            columns: dict[str, list[str | None]] = {name: [] for name, _ in wanted}
            for lines_taken, row in rows:
                entries += lines_taken
                if len(row) > len(header):
                    raise csv.Error(f"{len(row)} fields instead of {len(header)}")
                for name, position in wanted:
                    columns[name].append(row[position] if position < len(row) else None)
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
    return _Rows(columns, entries, "lines")


def _dialect(kind: str, header: str, needed: Sequence[str]) -> dict[str, Any]:
    """How fields are separated: in CSV by what the header has between the columns that are needed.

    Spreadsheets separate by semicolons where the comma stands in numbers.
    """
    dialect = _DIALECTS[kind]
    if kind == ".csv":
        for delimiter in (",", ";", "\t"):
            with suppress(csv.Error):
                (names,) = csv.reader([header], delimiter=delimiter)
                if set(needed) <= set(names):
                    return {**dialect, "delimiter": delimiter}
    return dialect


def _filled(reader: "_csv.Reader") -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of lines that it takes."""
    before = 0
    for row in reader:
        taken, before = reader.line_num - before, reader.line_num
        if len(row) > 1 or "".join(row).strip():
            yield taken, row


def _read_parquet(path: Path, needed: Sequence[str]) -> _Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source: Path | BinaryIO = path
        if is_packed(path):
            with unpacked(path) as stream:
                source = stream
        with pq.ParquetFile(source) as file:
            wanted = _wanted(path, file.schema_arrow.names, needed)
            columns: dict[str, list[str | None]] = {name: [] for name in wanted}
            entries, size = file.metadata.num_rows, 0
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=wanted):
                size += batch.nbytes
                if size > LARGEST:
                    raise UserError(
                        f"More than {LARGEST:,} bytes come out of {path}, which is no likely size "
                        "for its texts. Check it; if it is right, take a part of it."
                    )
                for name in wanted:
                    columns[name] += batch.column(name).cast(pa.string()).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            f"{path} is not a Parquet file with texts and labels: {error}. Check that it is whole."
        ) from error
    return _Rows(columns, entries, "rows")


def _wanted(path: Path, names: list[str], needed: Sequence[str]) -> list[str]:
    """The columns to read, when all that are needed are there, and once."""
    missing = [name for name in needed if names.count(name) != 1]
    if missing:
        raise UserError(
            f"{path} should have one column {' and one '.join(map(repr, missing))}, but it has "
            f"{', '.join(map(repr, names))}. Name them with --text-column and --label-column."
        )
    return [*needed, *({_SPLIT} & set(names) - set(needed))]


def _complete(path: Path, columns: Columns, name: str) -> list[str]:
    """The column's values, when none is missing."""
    values = columns[name]
    missing = [row for row, value in enumerate(values, start=1) if not value]
    if missing:
        raise UserError(
            f"{path} has no value in column {name!r} in {len(missing):,} of {len(values):,} rows, "
            f"first in row {missing[0]:,} after the header. Fill them or leave those rows out."
        )
    return [value for value in values if value]


def _parts(path: Path, columns: Columns) -> list[Part]:
    """The split of every row."""
    parts = {name: Part.named(name or "") for name in set(columns[_SPLIT])}
    unknown = sorted(str(name or "") for name, part in parts.items() if part is None)
    if unknown:
        raise UserError(
            f"{path} has {unknown[0]!r} in column {_SPLIT!r}, which is no split's name. "
            f"Expected is one of {PART_NAMES}."
        )
    return [part for name in columns[_SPLIT] if (part := parts[name])]
