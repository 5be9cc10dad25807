"""The settings of a study: flags, help texts and the TOML file all derive from these classes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter, Token
from cyclopts.validators import Number

from search_spaces.candidate import Scope
from search_spaces.cells import Cell
from search_spaces.space import SpaceName
from study.datasets.level import Level
from study.errors import UserError

_DATA = Group("Data", sort_key=1)
_QUESTION = Group("Question", sort_key=2)
_SEARCH = Group("Search", sort_key=3)
_ANSWER = Group("Answer", sort_key=4)
_RUN = Group("Run", sort_key=5)


def whole_number(_: type, tokens: Sequence[Token]) -> int:
    """An integer as it is written: 1.5 is refused, not rounded."""
    return int(tokens[0].value)


def _integer(least: int, most: int | None = None) -> Parameter:
    return Parameter(converter=whole_number, validator=Number(gte=least, lte=most))


_LONGEST_NAME = 100
MOST_BUDGETS = 16
MOST_REPLICATES = 1000


@Parameter(name="*", group=_DATA)
@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """What is learnt."""

    dataset: str = "surnames"
    """`surnames` (embedded), `imdb`, or a path: CSV, TSV, Parquet, or a folder of texts."""
    text_column: str = "text"
    """Column of the texts."""
    label_column: str = "label"
    """Column of the labels."""
    level: Level | None = None
    """How a text is cut into tokens. Default: words; characters for surnames."""
    vocabulary: Annotated[int | None, _integer(5)] = None
    """Most frequent tokens kept. Default: 10,000 words, or every character."""
    sequence_length: Annotated[int | None, _integer(1)] = None
    """Last tokens kept of each text. Default: 100 words, or 20 characters."""
    embedding: Annotated[int | None, _integer(1)] = None
    """Width of the token embedding. Default: 128 for words, 16 for characters."""


@Parameter(name="*", group=_QUESTION)
@dataclass(frozen=True, kw_only=True)
class QuestionSettings:
    """What is compared, at which size."""

    max_params: Annotated[int | None, _integer(1)] = None
    """Parameter budget. Default: 131,584 for words (LSTM 128), 20,736 for characters (LSTM 64)."""
    budget_scope: Scope = Scope.CELL
    """What the budget bounds: the recurrent cell, or the whole model."""
    budgets: Annotated[int, _integer(1, MOST_BUDGETS)] = 4
    """Budgets at which the cells are compared: the budget and halvings of it."""
    cells: Annotated[tuple[Cell, Cell], Parameter(consume_multiple=True)] = (Cell.LSTM, Cell.GRU)
    """The two cells that are compared."""
    margin: Annotated[float, Parameter(validator=Number(gt=0, lt=100))] = 0.5
    """Smallest difference in accuracy that matters, in percentage points."""


@Parameter(name="*", group=_SEARCH)
@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """How candidates are tried."""

    space: SpaceName = SpaceName.STANDARD
    """`basic`: units, dropout. `standard`: and recurrent dropout, learning rate. `wide`: and
    embedding width, layers, direction, batch size."""
    n_trials: Annotated[int, _integer(2)] = 32
    """Trials in all, the cells in turn."""
    timeout: Annotated[float | None, Parameter(validator=Number(gt=0))] = None
    """Stop asking for new search trials after this many seconds."""
    epochs: Annotated[int | None, _integer(1)] = None
    """Most epochs a model trains. Default: 10 for words, 20 for characters."""
    patience: Annotated[int | None, _integer(1)] = None
    """Epochs without a better validation accuracy before training stops. Default: 2 for words,
    3 for characters."""
    batch_size: Annotated[int | None, _integer(1)] = None
    """Examples per step. Default: 32 for words, 64 for characters."""
    candidates: Path | None = None
    """JSON of hyperparameters by cell, such as a study's summary.json: its first trials."""
    pruning: bool = True
    """Stop trials early that are behind the median of their own cell."""


@Parameter(name="*", group=_ANSWER)
@dataclass(frozen=True, kw_only=True)
class AnswerSettings:
    """How the best are confirmed."""

    confirm: bool = True
    """Train the best of each cell again on fresh seeds and score them on the test split."""
    replicates: Annotated[int | None, Parameter(validator=Number(gte=1, lte=MOST_REPLICATES))] = (
        None
    )
    """Fresh seeds for each cell at each budget. Default: 5 for surnames, else 12."""


@Parameter(name="*", group=_RUN)
@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """Where and how the work runs."""

    study_name: str | None = None
    """Name of the study and of its folder. Default: the data set's name."""
    output_dir: Path = Path("runs")
    """Folder that holds the studies' folders."""
    storage: Annotated[str | None, Parameter(env_var="OPTUNA_STORAGE")] = None
    """Database URL for Optuna. Default: SQLite in the study's folder."""
    n_jobs: Annotated[int | None, _integer(1)] = None
    """Worker processes. Default: one for each core."""
    trial_timeout: Annotated[float | None, Parameter(validator=Number(gt=0))] = None
    """Seconds after which a trial counts as hung; it is tried again, at most twice."""
    seed: Annotated[int, _integer(0, 2**31 - 1)] = 0
    """Every other seed derives from this one."""
    dry_run: Annotated[bool, Parameter(negative=())] = False
    """Print the plan and stop."""
    quiet: Annotated[bool, Parameter(negative=())] = False
    """Print nothing but errors."""

    def __post_init__(self) -> None:
        if self.study_name is not None:
            check_study_name(self.study_name)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that shapes a study."""

    data: DataSettings = field(default_factory=DataSettings)
    question: QuestionSettings = field(default_factory=QuestionSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    answer: AnswerSettings = field(default_factory=AnswerSettings)
    run: RunSettings = field(default_factory=RunSettings)

    def __post_init__(self) -> None:
        first, second = self.question.cells
        if first == second:
            raise UserError(
                f"--cells takes two different cells, but {first} was given twice. "
                f"Choose two of: {', '.join(Cell)}."
            )


def check_study_name(name: str) -> None:
    """Refuse a study name that cannot name a folder.

    Raises:
        UserError: Empty, too long, a dot name, or with a slash or control characters.
    """
    bad = (
        not name.strip()
        or len(name.encode()) > _LONGEST_NAME
        or name in {".", ".."}
        or any(character in "/\\" or not character.isprintable() for character in name)
    )
    if bad:
        raise UserError(
            f"A study name is 1 to {_LONGEST_NAME} printable characters (bytes, in UTF-8) without "
            f"slashes, but {name[: _LONGEST_NAME + 1]!r} was given. Choose another --study-name."
        )
