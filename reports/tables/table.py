"""A table as plain values."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple


class Column(NamedTuple):
    """A column of a table."""

    name: str
    numeric: bool


@dataclass(frozen=True)
class Row:
    """Cells of text; the first is the row's header. `look` is "first" or "second", or empty."""

    cells: tuple[str, ...]
    look: str = ""


@dataclass(frozen=True)
class Table:
    """A table; its caption says what it shows, counts included."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def columns(*names: str) -> tuple[Column, ...]:
    """Columns of these names; those of numbers are given with a "#" in front."""
    return tuple(Column(name.removeprefix("#"), name.startswith("#")) for name in names)
