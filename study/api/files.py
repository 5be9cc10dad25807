"""Data from memory as a file that the command reads: texts as Parquet, numbers as .npz."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from study.errors import UserError
from study.question.settings import DataSettings

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_SPLIT = "split"
FORMS = "a path, the name of a data set, a DataFrame, or (texts, labels)"
_NUMBERS = "biuf"  # NumPy's kinds


def write(data: object, settings: DataSettings, path: Path) -> tuple[Path, str]:
    """Write data from memory.

    Args:
        data: A DataFrame, of texts or with one row a step; (texts, labels) or (numbers, labels).
        path: Without the suffix, which their kind decides.

    Returns:
        The file, and what to call the data.

    Raises:
        UserError: The data are none of these, or cannot be written.
    """
    import pandas as pd

    names = [settings.text_column, settings.label_column]
    try:
        if isinstance(data, pd.DataFrame) and settings.id_column is not None:
            return _write_table(path, data, None, "the DataFrame")
        if isinstance(data, pd.DataFrame):
            return _write_table(path, _chosen(data, names), names[0], "the DataFrame")
        if isinstance(data, tuple) and len(data) == 2:
            inputs, labels = _pair(*data)
            if (numbers := _numbers(inputs)) is not None:
                return _write_arrays(path, numbers, labels)
            frame = pd.DataFrame(dict(zip(names, (inputs, labels), strict=True)), dtype=object)
            return _write_table(path, frame, names[0], "what was given")
    except OSError as error:
        raise UserError(
            f"The data could not be written to {path.parent}: {error}. Make room there, or set "
            "TMPDIR to another folder."
        ) from error
    raise UserError(_unknown(data))


def _unknown(data: object) -> str:
    said = f"compare() takes {FORMS}, but its data are a {type(data).__name__}."
    if isinstance(data, Iterable):
        return f"{said} If they are texts, their labels are missing: give (texts, labels)."
    return f"{said} Give one of these."


def _pair(inputs: Any, labels: Any) -> tuple[Any, list[Any]]:
    """As many labels as inputs; arrays stay arrays, anything else becomes a list."""
    try:
        inputs = inputs if isinstance(inputs, np.ndarray) else list(inputs)
        labels = list(labels)
        counts = len(inputs), len(labels)
    except TypeError:
        kinds = " and ".join(type(each).__name__ for each in (inputs, labels))
        raise UserError(
            f"(texts, labels) are two sequences, but {kinds} were given. Give lists, arrays or "
            "Series."
        ) from None
    if counts[0] != counts[1]:
        raise UserError(
            f"(texts, labels) must have as many of each, but {counts[0]:,} texts and "
            f"{counts[1]:,} labels were given. Give each text its label."
        )
    return inputs, labels


def _numbers(inputs: Any) -> NDArray[Any] | None:
    """Series of numbers as an array of (examples, steps) or more; None where these are texts."""
    if len(inputs) and not isinstance(inputs, np.ndarray) and not np.ndim(inputs[0]):
        return None
    try:
        array = np.asarray(inputs)
    except ValueError:
        raise UserError(
            "Series of numbers from memory are an array of (examples, steps, features), but these "
            "are of unequal length. Write them to a .ts file, and give its path."
        ) from None
    return array if array.ndim > 1 and array.dtype.kind in _NUMBERS else None


def _write_arrays(path: Path, numbers: NDArray[Any], labels: list[Any]) -> tuple[Path, str]:
    """Equal arrays give equal bytes: numpy.savez would write down the time."""
    written = path.with_name(f"{path.name}.npz")
    classes = np.asarray(labels)
    if classes.dtype.kind not in f"{_NUMBERS}U":
        classes = np.array(["" if label is None else str(label) for label in labels])
    with zipfile.ZipFile(written, "w") as archive:
        for name, array in (("x", numbers), ("y", classes)):
            member = zipfile.ZipInfo(f"{name}.npy")
            with archive.open(member, "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.ascontiguousarray(array), allow_pickle=False)
    return written, "what was given"


def _write_table(
    path: Path, frame: "pd.DataFrame", text: str | None, called: str
) -> tuple[Path, str]:
    import pyarrow.parquet as pq

    written = path.with_name(f"{path.name}.parquet")
    pq.write_table(_strings(frame, text, called), written)
    return written, called


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


def _strings(frame: "pd.DataFrame", text: str | None, called: str) -> "pa.Table":
    """The columns as strings, nothing where there is no value; only texts must be strings."""
    import pyarrow as pa

    columns = {}
    for name in frame.columns:
        column = frame[name].astype(object)
        values = column.where(column.notna(), None).tolist()
        if name == text:
            _refuse_others(values, called)
        if text is not None and name != _SPLIT:
            _refuse_missing(frame, name, called)
        words = [None if value is None else str(value) for value in values]
        try:
            columns[name] = pa.array(words, pa.string())
        except UnicodeEncodeError as error:
            raise UserError(
                f"{_begun(called)} should hold text, but column {name!r} has a character that is "
                f"none ({error.reason}). Remove it."
            ) from None
    return pa.table(columns)


def _refuse_others(texts: Sequence[object], called: str) -> None:
    for row, value in enumerate(texts, start=1):
        if value is not None and not isinstance(value, str):
            raise UserError(
                f"{_begun(called)} should have strings as texts, but row {row:,} of them has a "
                f"{type(value).__name__}. Convert them, or name the column of the texts with "
                "text_column."
            )


def _refuse_missing(frame: "pd.DataFrame", name: str, called: str) -> None:
    missing = frame[name].isna()
    if missing.any():
        first = frame.index[int(missing.to_numpy().argmax())]
        raise UserError(
            f"{_begun(called)} has no value in column {name!r} in {missing.sum():,} of "
            f"{len(frame):,} rows, first where the index is {first!r}. Fill them or leave those "
            "rows out, such as by dropna()."
        )


def _begun(called: str) -> str:
    return called[0].upper() + called[1:]
