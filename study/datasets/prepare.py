"""From a data set's name or path to a prepared data set."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from stat import S_ISDIR

import numpy as np
from numpy.typing import NDArray

from study.datasets.cache import (
    FORMAT,
    DamagedEntryError,
    cache_folder,
    load,
    locked,
    store,
    unwritable,
)
from study.datasets.dataset import Dataset, DatasetSpec, Split
from study.datasets.facts import DatasetFacts
from study.datasets.level import Level
from study.datasets.measure import measure
from study.datasets.registry import DATASETS, default_level
from study.datasets.sources.corpus import Corpus, Source
from study.datasets.sources.folder import Folder
from study.datasets.sources.table import Table
from study.datasets.splits import Part, assign_splits
from study.datasets.vocabulary import FIRST_TOKEN, Vocabulary, needs_unicode, rank
from study.errors import UserError

_VALIDATION_SHARE = 0.2  # of the training examples, where the data say nothing


@dataclass(frozen=True)
class _Shape:
    """What is asked for, with the defaults filled in."""

    level: Level
    sequence_length: int
    vocabulary: int | None  # None: every token
    seed: int


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
    level = spec.level or default_level(spec.source)
    shape = _Shape(
        level,
        spec.sequence_length or level.sequence_length,
        spec.vocabulary or level.vocabulary,
        spec.seed,
    )
    key = json.dumps([FORMAT, source.identity(), *astuple(shape)])
    digest = hashlib.sha256(key.encode()).hexdigest()
    entry = cache / f"{_folder_name(source.name)}-{digest[:16]}"
    try:
        return load(entry)
    except DamagedEntryError:
        with locked(cache):
            return _load_or_make(entry, source, shape)


def _source(spec: DatasetSpec, cache: Path) -> Source:
    if spec.source in DATASETS:
        return DATASETS[spec.source].open(cache)
    path = Path(spec.source)
    try:
        is_folder = S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise UserError(
            f"There is no readable file or folder {spec.source!r}. "
            f"--dataset takes {', '.join(DATASETS)}, or the path of a table or of a folder of "
            "texts."
        ) from error
    if is_folder:
        return Folder(path)
    return Table(path, spec.text_column, spec.label_column)


def _load_or_make(entry: Path, source: Source, shape: _Shape) -> Dataset:
    try:
        return load(entry)  # another process may have made it meanwhile
    except DamagedEntryError:
        if entry.exists():
            shutil.rmtree(entry)
    try:
        corpus = source.read()  # perhaps by a download into the cache
        splits, vocabulary, facts = _encoded(corpus, shape)
        store(entry, source.name, vocabulary, splits, facts)
    except OSError as error:
        raise unwritable(entry.parent, error) from error
    return load(entry)


def _encoded(corpus: Corpus, shape: _Shape) -> tuple[dict[Part, Split], Vocabulary, DatasetFacts]:
    """The texts as integers, the tokens that these stand for, and what there is to know of them.

    Equal texts stay on one side of a split, unless the data say which examples are the test.
    """
    distinct = None if Part.TEST in corpus.given else corpus.distinct
    parts = assign_splits(corpus.labels, corpus.given, _VALIDATION_SHARE, shape.seed, distinct)
    vocabulary = _vocabulary(corpus, parts, shape)
    tokens, lengths = {}, {}
    for part, positions in parts.items():
        texts = [corpus.texts[position] for position in positions]
        tokens[part], lengths[part] = vocabulary.encode_and_count(texts)
    splits = {part: Split(tokens[part], corpus.labels[parts[part]]) for part in parts}
    return splits, vocabulary, measure(corpus, parts, vocabulary, tokens, lengths)


def _vocabulary(
    corpus: Corpus, parts: Mapping[Part, NDArray[np.intp]], shape: _Shape
) -> Vocabulary:
    """The most frequent tokens of training and of a validation split drawn from it.

    What comes as test or validation has no say. A drawn validation split has, so that the
    vocabulary stays right when the two are drawn afresh.
    """
    ranking, unicode = corpus.words, False
    if ranking is None or shape.level is not Level.WORD:
        pool = {Part.TRAIN} if Part.VALIDATION in corpus.given else {Part.TRAIN, Part.VALIDATION}
        texts = [corpus.texts[position] for part in pool for position in parts[part]]
        unicode = shape.level is Level.WORD and needs_unicode(texts)
        ranking = rank(texts, shape.level, unicode=unicode)
    size = None if shape.vocabulary is None else shape.vocabulary - FIRST_TOKEN
    tokens = tuple(ranking[:size])
    return Vocabulary(shape.level, shape.sequence_length, tokens, corpus.names, unicode)


def _folder_name(name: str) -> str:
    """What of a data set's name can stand in a folder's."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:40] or "texts"
