"""The data sets that are known by name.

To add one, give it a module in `sources` and an entry in `DATASETS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from study.datasets.level import Level

if TYPE_CHECKING:
    from study.datasets.sources.corpus import Source


@dataclass(frozen=True)
class DatasetDefaults:
    """What is usual for a data set, where nothing else is asked for.

    Attributes:
        level: How its texts become tokens.
        replicates: Seeds for each cell at each budget.
    """

    level: Level = Level.WORD
    replicates: int = 12


@dataclass(frozen=True, kw_only=True)
class BuiltInDataset(DatasetDefaults):
    """A data set that is known by name.

    Attributes:
        open: Its source, given the cache's folder.
        remark: What the help of `--dataset` says of it.
    """

    open: Callable[[Path], "Source"]
    remark: str


# The sources are imported late: they need NumPy, and `--help` reads this table.
def _surnames(_: Path) -> "Source":
    from study.datasets.sources.surnames import Surnames

    return Surnames()


def _imdb(cache: Path) -> "Source":
    from study.datasets.sources.imdb import Imdb

    return Imdb(cache / "downloads")


DATASETS = {
    "surnames": BuiltInDataset(
        open=_surnames,
        remark="embedded",
        level=Level.CHARACTER,
        replicates=5,  # so that the first study a newcomer runs takes minutes
    ),
    "imdb": BuiltInDataset(open=_imdb, remark="downloaded once"),
}


def defaults_of(source: str) -> DatasetDefaults:
    """The defaults of the data set with this name, or of one at this path."""
    return DATASETS.get(source, DatasetDefaults())


def default_in_words(name: str) -> str:
    """One of the defaults for the help: "5 for surnames, else 12"."""
    usual = getattr(DatasetDefaults(), name)
    values = {dataset: getattr(defaults, name) for dataset, defaults in DATASETS.items()}
    special = [f"{value} for {dataset}" for dataset, value in values.items() if value != usual]
    return ", ".join([*special, f"else {usual}"])


def sources_in_words() -> str:
    """What `--dataset` takes, for the help."""
    names = [f"`{name}` ({dataset.remark})" for name, dataset in DATASETS.items()]
    return f"{', '.join(names)}, or a path: CSV, TSV, Parquet, or a folder of texts"
