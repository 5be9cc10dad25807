"""A table as plain values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, TypeVar

Item = TypeVar("Item")


class Column(NamedTuple):
    """A column of a table."""

    name: str
    numeric: bool


@dataclass(frozen=True)
class Row:
    """Cells of text, the first the row's header.

    Attributes:
        style: A recurrent cell's place, such as "first".
        shades: How dark each is, 0 to 4; empty for not at all.
    """

    cells: tuple[str, ...]
    style: str = ""
    shades: tuple[int, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table; its caption says what it shows, counts included.

    Attributes:
        matrix: Whether its columns are as many as its rows, so that their names stand upright.
    """

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    matrix: bool = False


def columns(*names: str) -> tuple[Column, ...]:
    """Columns of these names; those of numbers are given with a "#" in front."""
    return tuple(Column(name.removeprefix("#"), name.startswith("#")) for name in names)


def table_of(
    items: Iterable[Item],
    caption: str,
    shown: Mapping[str, Callable[[Item], str]],
    style: Callable[[Item], str] = lambda _: "",
) -> Table:
    """A table with a row for each item.

    Args:
        shown: By the name of each column, as `columns` takes it: what it says of an item.
        style: Of an item's row, as `Row` has it.
    """
    rows = (Row(tuple(tell(item) for tell in shown.values()), style(item)) for item in items)
    return Table(caption, columns(*shown), tuple(rows))
