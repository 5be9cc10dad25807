"""Prepared data sets on disk: a folder each, written whole, checked when opened."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from study.datasets.dataset import (
    FACTS_FILE,
    STANDARDISATION_FILE,
    VOCABULARY_FILE,
    Dataset,
    Split,
    digest,
    split_files,
)
from study.datasets.facts import DatasetFacts
from study.datasets.level import Level
from study.datasets.splits import Part
from study.datasets.standardisation import Standardisation
from study.datasets.vocabulary import Vocabulary
from study.errors import UserError
from study.machine.files import create_folder_atomically

FORMAT = 6  # of the entries; raise it when they change, so that old ones are left alone
_DESCRIPTION = "meta.json"


class DamagedEntryError(Exception):
    """An entry of the cache is not there, or not as it was written."""


def cache_folder() -> Path:
    """$ISOPARAM_CACHE, else `isoparam` in the user's cache: $XDG_CACHE_HOME, else ~/.cache.

    On macOS the user's cache is ~/Library/Caches.
    """
    if own := os.environ.get("ISOPARAM_CACHE"):
        return Path(own).absolute()
    return user_cache_path("isoparam")


@contextmanager
def locked(cache: Path) -> Iterator[None]:
    """Let other processes that prepare data sets wait for their turn.

    Raises:
        UserError: The folder cannot be written, or the disk is full.
    """
    from filelock import FileLock  # late: what is in the cache is opened without

    try:
        cache.mkdir(parents=True, exist_ok=True)
        path = cache / ".lock"
        path.touch()  # FileLock would try for ever where no file can be made
        lock = FileLock(path).acquire()
    except OSError as error:
        raise unwritable(cache, error) from error
    with lock:
        yield


def unwritable(cache: Path, error: OSError) -> UserError:
    """What to say when the cache cannot take a data set."""
    return UserError(
        f"The cache folder {cache} cannot be written: {error.strerror or error}. "
        "Set ISOPARAM_CACHE to a folder that can."
    )


def store(
    folder: Path,
    name: str,
    splits: Mapping[Part, Split],
    description: Vocabulary | Standardisation,
    facts: DatasetFacts,
) -> None:
    """Write a prepared data set to `folder`, which must not be there.

    Args:
        description: How an example becomes its array.

    Raises:
        OSError: The folder cannot be written.
    """
    with create_folder_atomically(folder) as temporary:
        numbers = isinstance(description, Standardisation)
        described = temporary / (STANDARDISATION_FILE if numbers else VOCABULARY_FILE)
        described.write_text(description.to_json(), encoding="utf-8")
        for part in Part:
            for file, array in zip(split_files(part, numbers=numbers), splits[part], strict=True):
                kind = array.dtype.newbyteorder("<")
                np.save(temporary / file, array.astype(kind, copy=False), allow_pickle=False)
        meta = {
            "format": FORMAT,
            "name": name,
            **_kind(description),
            "sequence_length": description.sequence_length,
            "labels": description.labels,
            "sizes": {part.value: len(splits[part].labels) for part in Part},
            "validation_given": Part.VALIDATION.value in facts.given,
            "digests": {file.name: digest(file) for file in sorted(temporary.iterdir())},
        }
        # Not among the digests: the arrays' fingerprint is not that of what is said of them.
        (temporary / FACTS_FILE).write_text(facts.to_json(), encoding="utf-8")
        (temporary / _DESCRIPTION).write_text(json.dumps(meta, indent=2), encoding="utf-8")


def _kind(description: Vocabulary | Standardisation) -> dict[str, Any]:
    if isinstance(description, Standardisation):
        return {"features": description.features}
    return {"level": description.level.value, "vocabulary": len(description)}


def load(folder: Path) -> Dataset:
    """Open a prepared data set; every file but the test split's is checked against its SHA-256.

    Raises:
        DamagedEntryError: It is not there, or not as it was written.
    """
    try:
        description = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
        dataset = Dataset(
            name=description["name"],
            folder=folder,
            vocabulary=description.get("vocabulary", 0),
            features=description.get("features", 0),
            sequence_length=description["sequence_length"],
            level=Level(description["level"]) if "level" in description else None,
            labels=tuple(description["labels"]),
            sizes={part.value: description["sizes"][part] for part in Part},
            validation_given=description["validation_given"],
            digests=dict(description["digests"]),
        )
        described = VOCABULARY_FILE if dataset.level else STANDARDISATION_FILE
        training = dataset.files(Part.TRAIN) + dataset.files(Part.VALIDATION)
        if dataset.facts and dataset.is_intact([described, *training]):
            return dataset
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedEntryError(f"{folder} cannot be opened: {error}") from error
    raise DamagedEntryError(f"A file in {folder} is not as it was written")
