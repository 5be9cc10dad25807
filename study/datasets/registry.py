"""The data sets that are known by name.

To add one, give it a module in `sources/built_in` and an entry in `DATASETS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from study.datasets.level import Level

if TYPE_CHECKING:
    from study.datasets.sources.corpus import Source


@dataclass(frozen=True, kw_only=True)
class BuiltInDataset:
    """A data set that is known by name.

    Attributes:
        open: Its source, given the cache's folder.
        remark: What the help of `--dataset` says of it.
        level: How its texts become tokens, where nothing else is asked for.
    """

    open: Callable[[Path], "Source"]
    remark: str
    level: Level = Level.WORD


# The sources are imported late: they need NumPy, and `--help` reads this table.
def _surnames(_: Path) -> "Source":
    from study.datasets.sources.built_in.surnames import Surnames

    return Surnames()


def _imdb(cache: Path) -> "Source":
    from study.datasets.sources.built_in.imdb import Imdb

    return Imdb(cache / "downloads")


def _reuters(cache: Path) -> "Source":
    from study.datasets.sources.built_in.reuters import Reuters

    return Reuters(cache / "downloads")


DATASETS = {
    "surnames": BuiltInDataset(open=_surnames, remark="embedded", level=Level.CHARACTER),
    "imdb": BuiltInDataset(open=_imdb, remark="downloaded once"),
    "reuters": BuiltInDataset(open=_reuters, remark="downloaded once"),
}


def default_level(source: str) -> Level:
    """Of the data set with this name, or of one at this path."""
    return DATASETS[source].level if source in DATASETS else Level.WORD


def default_level_in_words() -> str:
    """For the help: "character for surnames, else word"."""
    special = [
        f"{dataset.level} for {name}"
        for name, dataset in DATASETS.items()
        if dataset.level is not Level.WORD
    ]
    return ", ".join([*special, f"else {Level.WORD}"])


def sources_in_words() -> str:
    """What `--dataset` takes, for the help."""
    names = [f"`{name}` ({dataset.remark})" for name, dataset in DATASETS.items()]
    paths = (
        "CSV, TSV, Parquet (of series of numbers: with `--id-column`), a folder of texts, or .npz "
        "or .ts with series of numbers"
    )
    return f"{', '.join(names)}, or a path: {paths}"
