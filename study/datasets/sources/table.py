"""Labelled texts in a table: CSV, TSV or Parquet, packed or not."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from study.datasets.dataset import digest
from study.datasets.facts import Origin
from study.datasets.sources.classes import named_parts
from study.datasets.sources.corpus import Corpus, as_unreadable
from study.datasets.sources.rows import Wanted, check_table, kind, open_rows
from study.datasets.sources.unpack import is_packed
from study.errors import UserError

SPLIT = "split"
_FLAGS = "--text-column and --label-column"
_HINT = (
    " If a row is one step of a series of numbers, name the column that tells the series apart: "
    "--id-column."
)

Columns = Mapping[str, Sequence[str | None]]  # None: no value


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
        check_table(path)

    @property
    def name(self) -> str:
        """The file's name without its suffixes."""
        return name_of(self._path)

    def identity(self) -> str:
        """SHA-256 of the file, and how it is read."""
        with as_unreadable(self._path):
            content = digest(self._path)
        return " ".join([content, kind(self._path), repr(self._text), repr(self._label)])

    def read(self) -> Corpus:
        """The rows, in the file's order."""
        needed = [self._text, self._label]
        with open_rows(self._path, Wanted(needed, [SPLIT], _FLAGS, _HINT)) as table:
            columns: dict[str, list[str | None]] = {name: [] for name in table.names}
            kept = list(columns.values())
            entries = 0
            for _, lines, fields in table.rows:
                entries += lines
                for column, field in zip(kept, fields, strict=True):
                    column.append(field)
        for name in set(columns) - {self._text}:
            columns[name] = [value and value.strip() for value in columns[name]]
        texts = _complete(self._path, columns, self._text)
        labels = _complete(self._path, columns, self._label)
        if not texts:
            raise UserError(f"{self._path} has columns but no rows. Give at least some examples.")
        parts = None
        if set(columns) != set(needed):
            parts = named_parts(self._path, f"column {SPLIT!r}", columns[SPLIT])
        return Corpus.of(Origin(str(self._path), entries, f"{table.unit}s"), texts, labels, parts)


def name_of(path: Path) -> str:
    """A table's name without its suffixes."""
    return (Path(path.stem) if is_packed(path) else path).stem


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
