"""What a command adds to the report of its study."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.charts.figure import Figure
from reports.tables.table import Table


@dataclass(frozen=True, kw_only=True)
class Supplement:
    """Sections of their own, their charts, and keys of the summary.

    Attributes:
        template: Of the sections; includes are by path within `reports`.
        figures, tables: By the name that the template has for each.
        summary: Plain values for JSON, by key.
    """

    template: str
    figures: Mapping[str, Figure]
    tables: Mapping[str, Table]
    summary: Mapping[str, Any]
