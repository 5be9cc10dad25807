"""Data from memory: kept as a table in the study's folder, where the command finds them, too."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from study.errors import UserError
from study.machine.files import write_atomically
from study.question.plan import StudyPlan, resolve
from study.question.settings import DataSettings, Settings

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NAME = "data"  # of a study whose data have no name
_SPLIT = "split"
_FORMS = "a path, the name of a data set, a DataFrame, or (texts, labels)"


@contextmanager
def reading(settings: Settings, data: object) -> Iterator[Settings]:
    """The settings with what `compare` was given as its data, for as long as the block lasts.

    Data from memory are kept as `<study-name>.parquet` in the study's folder; a dry run leaves
    nothing behind.

    Args:
        data: A path, the name of a data set, a DataFrame, or (texts, labels).

    Raises:
        UserError: They are none of these or cannot be learnt, or the folder's study has others.
    """
    if isinstance(data, str | os.PathLike):
        yield _from(settings, os.fspath(data))
        return
    name = settings.run.study_name or NAME
    settings = replace(settings, run=replace(settings.run, study_name=name))
    table, called = _table(settings.data, data)
    with TemporaryDirectory(prefix="isoparam-") as folder:
        written = Path(folder) / f"{name}.parquet"
        _write(table, written)
        given = _from(settings, written)
        try:
            plan = resolve(given)
            if settings.run.dry_run:
                yield given
                return
        except UserError as error:
            sentence = str(error).replace(str(written), called)
            raise UserError(sentence[0].upper() + sentence[1:]) from None
        kept = _keep(written, plan)
    yield _from(settings, kept)


def _from(settings: Settings, source: str | Path) -> Settings:
    return replace(settings, data=replace(settings.data, dataset=str(source)))


def _keep(written: Path, plan: StudyPlan) -> Path:
    """The file in the study's folder that holds these data."""
    folder = plan.folder
    target = folder.path / written.name
    if target.exists() and folder.settings.exists():
        there = resolve(_from(plan.settings, target)).dataset
        if there.fingerprint != plan.dataset.fingerprint:
            raise UserError(
                f"The study in {folder.path} was begun with other data, which are in "
                f"{target.name} there. Choose another study_name."
            )
        return target
    folder.create()
    with write_atomically(target) as path:
        shutil.copyfile(written, path)
    return target


def _table(settings: DataSettings, data: object) -> tuple["pa.Table", str]:
    """Texts, labels and splits as strings, and what to call what they came from."""
    import pandas as pd

    names = [settings.text_column, settings.label_column]
    if isinstance(data, pd.DataFrame):
        return _strings(_chosen(data, names), names[0], "The DataFrame"), "the DataFrame"
    if isinstance(data, tuple) and len(data) == 2:
        texts, labels = (_column(part) for part in data)
        if len(texts) != len(labels):
            raise UserError(
                f"(texts, labels) are as many labels as texts, but {len(texts):,} texts and "
                f"{len(labels):,} labels were given."
            )
        frame = pd.DataFrame(dict(zip(names, (texts, labels), strict=True)), dtype=object)
        return _strings(frame, names[0], "What was given"), "what was given"
    kind = type(data).__name__
    raise UserError(f"compare() takes {_FORMS}, but its data are a {kind}. Give one of these.")


def _chosen(frame: "pd.DataFrame", names: Sequence[str]) -> "pd.DataFrame":
    """The columns that are read."""
    there = list(frame.columns)
    missing = [name for name in names if there.count(name) != 1]
    if missing:
        raise UserError(
            f"The DataFrame should have one column {' and one '.join(map(repr, missing))}, but it "
            f"has {', '.join(map(repr, there)) or 'none'}. Name them with text_column and "
            "label_column."
        )
    return frame[[*names, *({_SPLIT} & set(there) - set(names))]]


def _column(values: Any) -> list[Any]:
    """A sequence of any kind as a list."""
    try:
        return list(values)
    except TypeError:
        kind = type(values).__name__
        raise UserError(
            f"(texts, labels) are two sequences, but one of them is a {kind}. Give lists, arrays "
            "or Series."
        ) from None


def _strings(frame: "pd.DataFrame", text: str, called: str) -> "pa.Table":
    """The columns as strings, nothing where there is no value; only texts must be strings."""
    import pyarrow as pa

    columns = {}
    for name in frame.columns:
        column = frame[name].astype(object)
        values = column.where(column.notna(), None).tolist()
        if name == text:
            _refuse_others(values, called)
        words = [None if value is None else str(value) for value in values]
        try:
            columns[name] = pa.array(words, pa.string())
        except UnicodeEncodeError as error:
            raise UserError(
                f"{called} should hold text, but column {name!r} has a character that is none "
                f"({error.reason}). Remove it."
            ) from None
    return pa.table(columns)


def _refuse_others(texts: Sequence[object], called: str) -> None:
    for row, value in enumerate(texts, start=1):
        if value is not None and not isinstance(value, str):
            raise UserError(
                f"{called} should have strings as texts, but row {row:,} has a "
                f"{type(value).__name__}. Convert them, or name the column of the texts with "
                "text_column."
            )


def _write(table: "pa.Table", path: Path) -> None:
    import pyarrow.parquet as pq

    try:
        pq.write_table(table, path)
    except OSError as error:
        raise UserError(
            f"The data could not be written to {path.parent}: {error}. Make room there, or set "
            "TMPDIR to another folder."
        ) from error
