"""From a data set's name or path to a prepared data set."""

import hashlib
import json
import re
import shutil
from dataclasses import astuple
from pathlib import Path
from stat import S_ISDIR

from study.datasets.cache import (
    FORMAT,
    DamagedEntryError,
    cache_folder,
    load,
    locked,
    store,
    unwritable,
)
from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.encoding import Shape, encode
from study.datasets.registry import DATASETS, default_level
from study.datasets.sources.corpus import Source
from study.datasets.sources.folder import Folder
from study.datasets.sources.numbers.long_table import Columns, LongTable
from study.datasets.sources.numbers.series_file import SERIES_FILES, SeriesFile
from study.datasets.sources.table import Table
from study.errors import UserError
from study.machine.program import called_from_python

_FROM_MEMORY = "; compare() takes a DataFrame, (texts, labels) and arrays, too"


def prepare(spec: DatasetSpec, cache: Path | None = None) -> Dataset:
    """The data set as integer arrays: from the cache where it is there, else made and put there.

    An entry is found by the content of its source and by the settings; one that is damaged
    is made anew. Two processes that ask at the same time do the work once.

    Args:
        spec: What to read, and how.
        cache: The folder of the entries; None: `cache_folder()`.

    Raises:
        UserError: The source is not there or not as expected, or the cache cannot be written.
    """
    cache = cache or cache_folder()
    source = _source(spec, cache)
    shape = _shape(spec, source)
    key = json.dumps([FORMAT, source.identity(), *astuple(shape)])
    digest = hashlib.sha256(key.encode()).hexdigest()
    entry = cache / f"{_folder_name(source.name)}-{digest[:16]}"
    try:
        return load(entry)
    except DamagedEntryError:
        with locked(cache):
            return _load_or_make(entry, source, shape)


def _shape(spec: DatasetSpec, source: Source) -> Shape:
    if source.reads_numbers:
        _refuse_settings_of_texts(spec)
        return Shape.of_numbers(spec.sequence_length, spec.seed)
    level = spec.level or default_level(spec.source)
    return Shape(
        level,
        spec.sequence_length or level.sequence_length,
        spec.vocabulary or level.vocabulary,
        spec.seed,
    )


def _refuse_settings_of_texts(spec: DatasetSpec) -> None:
    for name in ("level", "vocabulary"):
        if getattr(spec, name) is not None:
            raise UserError(
                f"--{name} is of texts, but {spec.source} holds numbers, which are read as they "
                f"are. Leave --{name} out."
            )
    if spec.text_column != DatasetSpec.text_column:
        raise UserError(
            f"--text-column is of texts, but {spec.source} is read as series of numbers. Leave "
            "the flag out."
        )


def _source(spec: DatasetSpec, cache: Path) -> Source:
    if spec.source in DATASETS:
        _refuse_id_column(spec, "a data set with a name")
        return DATASETS[spec.source].open(cache)
    path = Path(spec.source)
    try:
        is_folder = S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise UserError(
            f"There is no readable file or folder {spec.source!r}. "
            f"--dataset takes {', '.join(DATASETS)}, or the path of a table, of series of numbers "
            f"or of a folder of texts{_FROM_MEMORY * called_from_python()}."
        ) from error
    if is_folder:
        _refuse_id_column(spec, "a folder of texts")
        return Folder(path)
    if path.suffix.lower() in SERIES_FILES:
        _refuse_id_column(spec, f"a {path.suffix} file")
        return SeriesFile(path)
    if spec.id_column is not None:
        return LongTable(path, Columns(spec.id_column, spec.step_column, spec.label_column))
    return Table(path, spec.text_column, spec.label_column)


def _refuse_id_column(spec: DatasetSpec, what: str) -> None:
    if spec.id_column is not None:
        raise UserError(
            f"--id-column is of tables with one row a step, but {spec.source} is {what}. Leave "
            "the flag out."
        )


def _load_or_make(entry: Path, source: Source, shape: Shape) -> Dataset:
    try:
        return load(entry)  # another process may have made it meanwhile
    except DamagedEntryError:
        if entry.exists():
            shutil.rmtree(entry)
    try:
        content = source.read()  # perhaps by a download into the cache
        store(entry, source.name, *encode(content, shape))
    except OSError as error:
        raise unwritable(entry.parent, error) from error
    return load(entry)


def _folder_name(name: str) -> str:
    """What of a data set's name can stand in a folder's."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:40] or "texts"
