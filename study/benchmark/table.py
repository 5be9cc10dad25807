"""What a benchmark found: tables for the terminal, and the same values as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table as RichTable

Value = str | float | None


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its heading, with the unit of its numbers.
        form: Format specification of its numbers.
    """

    name: str
    form: str = ""

    def show(self, value: Value) -> str:
        """The value as it is read; nothing where there is none."""
        if value is None:
            return ""
        return value if isinstance(value, str) else format(value, self.form)


@dataclass(frozen=True)
class Table:
    """What one benchmark found.

    Attributes:
        name: What it is called in the JSON.
        rows: A value for each column; numbers unrounded.
        notes: What a reader must know to judge the numbers.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()

    def records(self) -> dict[str, object]:
        """The table as plain values, for JSON."""
        names = [column.name for column in self.columns]
        return {
            "title": self.title,
            "rows": [dict(zip(names, row, strict=True)) for row in self.rows],
            "notes": list(self.notes),
        }

    def drawn(self) -> RichTable:
        """The table as the terminal shows it."""
        drawn = RichTable(
            title=self.title, title_justify="left", caption="\n".join(self.notes) or None
        )
        drawn.caption_justify = "left"
        for number, column in enumerate(self.columns):
            drawn.add_column(column.name, justify="right" if number and column.form else "left")
        for row in self.rows:
            drawn.add_row(*self._shown(row))
        return drawn

    def _shown(self, row: Sequence[Value]) -> list[str]:
        return [column.show(value) for column, value in zip(self.columns, row, strict=True)]
