"""The settings of a study: everything that is said of a flag is said at its field.

The flags, their help texts, the settings file, the defaults and the study's identity derive
from these classes. None stands for what is left open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from search_spaces.candidate import Scope
from search_spaces.cells import BUILT_IN, Cell
from search_spaces.spaces import SpaceName
from study.datasets.level import Level
from study.datasets.metric import Metric
from study.datasets.registry import default_level_in_words, sources_in_words
from study.errors import UserError
from study.question.flag_values import (
    CELLS,
    MOST_BUDGETS,
    POSITIVE,
    REPLICATES,
    SEARCHES,
    SEED,
    Searches,
    whole_number,
)
from study.question.sampler_name import SamplerName

_DATA = Group("Data", sort_key=1)
_QUESTION = Group("Question", sort_key=2)
_SEARCH = Group("Search", sort_key=3)
_ANSWER = Group("Answer", sort_key=4)
_RUN = Group("Run", sort_key=5)


TRIALS_OF_A_CELL = 6  # at each budget of a search, where nothing else is asked for


@dataclass(frozen=True, kw_only=True)
class Trait:
    """What else is to be known of a setting.

    Attributes:
        identity: A study cannot change it once it has begun.
        saved: It is in settings.toml. What is of one call, secret, or in the search's plan is not.
        words, characters: Its default for texts read at that level.
        numbers: Its default for series of numbers.
    """

    identity: bool = False
    saved: bool = True
    words: float | None = None
    characters: float | None = None
    numbers: float | None = None

    def default(self, level: Level | None) -> float | None:
        """The default at this level, None: of numbers; None where that has no say."""
        if level is None:
            return self.numbers
        return self.words if level is Level.WORD else self.characters


class Flag(NamedTuple):
    """A setting with its value."""

    name: str  # as it is typed, without dashes
    value: Any
    trait: Trait


_IDENTITY = Trait(identity=True)
_NOT_SAVED = Trait(saved=False)
_LONGEST_NAME = 100
_DEFAULT_SEARCHES = Searches(4, 4)
_CELLS_HELP = f"The cells that are compared, two or more of: {', '.join(BUILT_IN)}."
_LEVEL_HELP = f"What a text's tokens are. Default: {default_level_in_words()}."
_SPACE_HELP = (
    "`basic`: units, dropout. `standard`: and recurrent dropout, learning rate. `wide`: and "
    "layers, direction, batch size, and the embedding's width where the budget counts it "
    "(`--budget-scope model`)."
)
_SEARCHES_HELP = (
    "Independent searches. A least and a most, such as 4..12: the study ends between them as soon "
    "as it is decided."
)
_PATIENCE_HELP = (
    "Epochs without a lower validation loss before training stops. Default: 1 for words, "
    "8 for characters, 10 for numbers."
)


@Parameter(name="*", group=_DATA)
@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """What is learnt."""

    dataset: Annotated[str, Parameter(help=f"{sources_in_words()}.")] = "surnames"
    text_column: str = "text"
    """Column of the texts."""
    label_column: str = "label"
    """Column of the labels."""
    id_column: str | None = None
    """Column that tells series of numbers apart, in a table of one row a step."""
    step_column: str | None = None
    """Column that orders the rows of a series; it is no feature. Default: they are in order."""
    level: Annotated[Level | None, Parameter(help=_LEVEL_HELP)] = None
    vocabulary: Annotated[int | None, whole_number(5)] = None
    """Most frequent tokens, 4 reserved ones included. Default: 10,000 words, or every character."""
    sequence_length: Annotated[int | None, POSITIVE] = None
    """Last steps read of each example. Default: 100 words, 20 characters, 500 steps of numbers."""
    embedding: Annotated[int | None, POSITIVE, _IDENTITY] = None
    """Width of the token embedding. Default: 128 for words, 16 for characters."""


@Parameter(name="*", group=_QUESTION)
@dataclass(frozen=True, kw_only=True)
class QuestionSettings:
    """What is compared, at which size."""

    max_params: Annotated[
        int | None,
        POSITIVE,
        Trait(identity=True, words=131_584, characters=20_736, numbers=20_736),
    ] = None
    """Parameter budget. Default: 131,584 for words, 20,736 for characters, 20,736 for numbers."""
    budget_scope: Annotated[Scope, _IDENTITY] = Scope.CELL
    """What the budget bounds: the recurrent cell, or the whole model."""
    budgets: Annotated[int, whole_number(1, MOST_BUDGETS), _IDENTITY] = 2
    """Budgets at which the cells are compared: each a quarter of the one above."""
    cells: Annotated[tuple[Cell, ...], CELLS, Parameter(help=_CELLS_HELP), _IDENTITY] = (
        Cell.LSTM,
        Cell.GRU,
    )
    metric: Annotated[Metric, _IDENTITY] = Metric.ACCURACY
    """Share of right answers, or its mean over the classes, in which each class counts alike."""
    margin: Annotated[float, Parameter(validator=Number(gt=0, lt=100)), _IDENTITY] = 0.5
    """Smallest difference in accuracy that matters, in percentage points."""


@Parameter(name="*", group=_SEARCH)
@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """How candidates are tried."""

    space: Annotated[SpaceName, Parameter(help=_SPACE_HELP), _IDENTITY] = SpaceName.STANDARD
    sampler: Annotated[SamplerName, _IDENTITY] = SamplerName.TPE
    """Who chooses what a search tries: whether the answer depends on it can be seen so."""
    searches: Annotated[Searches, SEARCHES, Parameter(help=_SEARCHES_HELP)] = _DEFAULT_SEARCHES
    n_trials: Annotated[int | None, whole_number(2)] = None
    """Trials of each search, shared equally. Default: 6 for each cell at each budget."""
    timeout: Annotated[float | None, Parameter(validator=Number(gt=0))] = None
    """Stop asking for new trials of a search after this many seconds."""
    epochs: Annotated[
        int | None, POSITIVE, Trait(identity=True, words=10, characters=100, numbers=100)
    ] = None
    """Most epochs a model trains. Default: 10 for words, 100 for characters, 100 for numbers."""
    patience: Annotated[
        float | None,
        Parameter(help=_PATIENCE_HELP, validator=Number(gt=0)),
        Trait(identity=True, words=1, characters=8, numbers=10),
    ] = None
    batch_size: Annotated[
        int | None, POSITIVE, Trait(identity=True, words=32, characters=64, numbers=32)
    ] = None
    """Examples per step. Default: 32 for words, 64 for characters, 32 for numbers."""
    candidates: Annotated[Path | None, _NOT_SAVED] = None
    """JSON of hyperparameters by cell, such as a study's summary.json: each search begins there."""
    pruning: Annotated[bool, _IDENTITY] = True
    """Stop trials early that cannot be expected to reach the best of their cell and budget."""


@Parameter(name="*", group=_ANSWER)
@dataclass(frozen=True, kw_only=True)
class AnswerSettings:
    """How the best are confirmed."""

    confirm: bool = True
    """Train the best of each cell again on fresh seeds and score them on the test split."""
    replicates: Annotated[int, REPLICATES, _IDENTITY] = 2
    """Fresh seeds for each cell at each budget of each search."""


@Parameter(name="*", group=_RUN)
@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """Where and how the work runs."""

    study_name: str | None = None
    """Name of the study and of its folder. Default: the data set's name."""
    output_dir: Path = Path("runs")
    """Folder that holds the studies' folders."""
    storage: Annotated[str | None, Parameter(env_var="OPTUNA_STORAGE"), _NOT_SAVED] = None
    """Database URL for Optuna. Default: SQLite in the study's folder."""
    n_jobs: Annotated[int | None, POSITIVE, _NOT_SAVED] = None
    """Training processes. Default: one for each core."""
    trial_timeout: Annotated[float | None, Parameter(validator=Number(gt=0))] = None
    """Seconds after which a trial counts as hung; it is tried again, at most twice."""
    seed: Annotated[int, SEED, _IDENTITY] = 0
    """Every other seed derives from this one."""
    dry_run: Annotated[bool, Parameter(negative=()), _NOT_SAVED] = False
    """Print the plan and stop."""
    register: Annotated[bool, Parameter(negative=()), _NOT_SAVED] = False
    """Store the plan as plan.json, print its SHA-256 and stop; without it, the study goes on."""
    quiet: Annotated[bool, Parameter(negative=()), _NOT_SAVED] = False
    """Print nothing but errors."""
    json: Annotated[bool, Parameter(negative=()), _NOT_SAVED] = False
    """Print what the end says as one JSON object on stdout, and everything else on stderr."""

    def __post_init__(self) -> None:
        if self.study_name is not None:
            check_study_name(self.study_name)
        if self.dry_run and self.register:
            raise UserError(
                "--dry-run writes nothing and --register stores the plan, but both were given. "
                "Leave one of them out."
            )


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
        cells = self.question.cells
        if len(set(cells)) < max(2, len(cells)):
            raise UserError(
                f"--cells takes two or more different cells, but {' '.join(cells) or 'none'} was "
                f"given. Choose from: {', '.join(BUILT_IN)}."
            )

    def flags(self) -> Iterator[Flag]:
        """Every flag, in the order of the help."""
        for group in fields(self):
            part = getattr(self, group.name)
            for one in fields(part):
                yield Flag(one.name.replace("_", "-"), getattr(part, one.name), _trait(one))

    def decided(self, level: Level | None, found: Mapping[str, Any]) -> Self:
        """The settings with what they leave open decided, as far as it has a default.

        Args:
            level: At which the texts are read; None for numbers.
            found: Defaults by field name that only the data set and the machine know.
        """
        groups = {}
        for group in fields(self):
            part = getattr(self, group.name)
            left_open = [one for one in fields(part) if getattr(part, one.name) is None]
            defaults = {
                one.name: found.get(one.name, _trait(one).default(level)) for one in left_open
            }
            groups[group.name] = replace(part, **defaults)
        return replace(self, **groups)


def _trait(setting: Field[Any]) -> Trait:
    markers = getattr(setting.type, "__metadata__", ())  # of `Annotated`
    return next((marker for marker in markers if isinstance(marker, Trait)), Trait())


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
