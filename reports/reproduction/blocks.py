"""What a page is made of, before it is HTML."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, TypeAlias

from markupsafe import Markup

from reports.tables.table import Table
from reports.words.statement import Statement


@dataclass(frozen=True)
class Details:
    """A table that unfolds."""

    kind: ClassVar[str] = "details"
    summary: str
    table: Table


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    kind: ClassVar[str] = "prose"
    text: str
    small: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Figure:
    """One chart or several that belong together, as inline SVG, and what they show."""

    kind: ClassVar[str] = "figure"
    charts: tuple[Markup, ...]
    caption: str


@dataclass(frozen=True)
class Command:
    """A command line, and what it is for."""

    kind: ClassVar[str] = "command"
    purpose: str
    line: str


class Definition(NamedTuple):
    """A name and what is to be said of it; `anchor` is the id that links lead to."""

    name: str
    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Definitions:
    """Names and what is to be said of them."""

    kind: ClassVar[str] = "definitions"
    entries: tuple[Definition, ...]


Block: TypeAlias = Table | Details | Prose | Heading | Figure | Command | Definitions


@dataclass(frozen=True)
class Section:
    """A part of the page under a heading of its own."""

    anchor: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """The report.

    Attributes:
        study: Its name.
        badge: The outcome in a word or two.
        decided: Whether it is an outcome; looks neutral otherwise.
        remarks: What belongs next to the verdict.
        facts: On what it rests.
        picture: The chart of the first screen, and what belongs to it.
    """

    study: str
    question: str
    badge: str
    decided: bool
    statement: Statement
    remarks: tuple[Block, ...]
    facts: tuple[Definition, ...]
    picture: tuple[Block, ...]
    sections: tuple[Section, ...]
