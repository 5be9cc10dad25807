"""What a benchmark measured: tables for the terminal, and the same values as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table as RichTable

Value = str | float | None


@dataclass(frozen=True)
class Table:
    """What one benchmark measured.

    Attributes:
        name: Its key in the JSON.
        columns: The format of each column's numbers, by heading; "" for text. A heading says
            the unit.
        rows: A value for each column; numbers unrounded, None where there is none.
        notes: What a reader must know to judge the numbers.
    """

    name: str
    title: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[Value]]
    notes: Sequence[str] = ()

    def to_json(self) -> dict[str, object]:
        """The table as plain values."""
        return {
            "title": self.title,
            "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows],
            "notes": list(self.notes),
        }

    def to_rich(self) -> RichTable:
        """The table as the terminal shows it."""
        shown = RichTable(
            title=self.title, title_justify="left", caption="\n".join(self.notes) or None
        )
        shown.caption_justify = "left"
        for heading, form in self.columns.items():
            shown.add_column(heading, justify="right" if form else "left")
        for row in self.rows:
            cells = zip(row, self.columns.values(), strict=True)
            shown.add_row(*(_text(value, form) for value, form in cells))
        return shown


def _text(value: Value, form: str) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else format(value, form)
