"""Values of flags: how they are read, and their bounds."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import NamedTuple

from cyclopts import CoercionError, Parameter, Token
from cyclopts.validators import Number

from search_spaces.cells import Cell
from search_spaces.own_cells import CellError
from study.errors import UserError
from study.machine.native_output import unheard_start

MOST_SEARCHES = 100
MOST_BUDGETS = 16
MOST_REPLICATES = 1000


def whole_number(least: int, most: int | None = None) -> Parameter:
    """A flag's integer as it is written: 1.5 is refused, not rounded."""

    def read(_: type, tokens: Sequence[Token]) -> int:
        try:
            return int(tokens[0].value)
        except ValueError as error:
            raise CoercionError(token=tokens[0], target_type=int) from error

    return Parameter(converter=read, validator=Number(gte=least, lte=most))


class Searches(NamedTuple):
    """How many searches a study has: it ends with the least, or later, when it is decided.

    Attributes:
        least: After which the verdict is looked at first.
        most: After which it is looked at last.
    """

    least: int
    most: int

    def __str__(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least}..{self.most}"


def _searches(_: type, tokens: Sequence[Token]) -> Searches:
    """4 or 4..12, as it is written."""
    text = tokens[0].value
    least, dots, most = text.partition("..")
    try:
        searches = Searches(int(least), int(most if dots else least))
    except ValueError:
        searches = Searches(0, 0)
    if not 1 <= searches.least <= searches.most <= MOST_SEARCHES:
        raise ValueError(
            f"expected a number from 1 to {MOST_SEARCHES}, or the least and the most, such as "
            f"4..12, but {text!r} was given."
        )
    return searches


def _cell(_: type, tokens: Sequence[Token]) -> Cell:
    return found_cell(tokens[0].value)


def _cells(_: type, tokens: Sequence[Token]) -> tuple[Cell, ...]:
    return tuple(found_cell(token.value) for token in tokens)


def found_cell(name: str) -> Cell:
    """The cell of a name that a user gave.

    Raises:
        UserError: There is none, or it is no cell.
    """
    quiet = unheard_start() if ":" in name else nullcontext()  # most load Keras
    with quiet:
        try:
            return Cell(name)
        except CellError as error:
            fault = error
    raise UserError(str(fault)) from fault


CELL = Parameter(converter=_cell, n_tokens=1)
CELLS = Parameter(converter=_cells, consume_multiple=True, show_default=", ".join)
SEARCHES = Parameter(converter=_searches, n_tokens=1, accepts_keys=False, show_default=str)
REPLICATES = whole_number(1, MOST_REPLICATES)
SEED = whole_number(0, 2**31 - 1)
POSITIVE = whole_number(1)
