"""Series of numbers in an archive of NumPy arrays, of which nothing is unpickled."""

import zipfile
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from study.datasets.sources.classes import named_parts
from study.datasets.sources.numbers.form import of_array
from study.datasets.sources.numbers.series import ReadSeries, places
from study.datasets.sources.unpack import as_packed, check_size, likely_size
from study.datasets.splits import Part
from study.errors import UserError

_MEMBERS = {"x": "numbers", "y": "labels", "split": "names of splits"}
_FORM = "x (examples, steps, features) and y (examples,)"


def read_npz(path: Path, *, labelled: bool) -> ReadSeries:
    """The arrays `x`, (examples, steps, features), `y` and, if there is one, `split`.

    An `x` of (examples, steps) has one feature. Labels are whole numbers, words or truth values,
    splits are words.

    Raises:
        UserError: The archive cannot be read, holds something else, or would fill the memory.
    """
    needed = ("x", "y") if labelled else ("x",)
    with as_packed(path), zipfile.ZipFile(path) as archive:
        there = [name.removesuffix(".npy") for name in archive.namelist()]
        if not set(needed) <= set(there):
            missing = " and ".join(name for name in needed if name not in there)
            raise UserError(
                f"{path} should hold the arrays {_FORM}, but it lacks {missing}; it has "
                f"{', '.join(there[:20]) or 'none'}. Name them so, or add what is missing."
            )
        wanted = [*needed, *({"split"} & set(there) if labelled else ())]
        arrays = {name: _member(path, archive, name) for name in wanted}
    values = _values(path, arrays["x"])
    entries = len(values)
    return ReadSeries(
        values=list(values),
        names=places(entries),
        features=places(values.shape[2]),
        labels=_labels(path, arrays["y"], entries) if labelled else None,
        parts=_parts(path, arrays["split"], entries) if "split" in arrays else None,
        entries=entries,
        unit="rows",
        form=of_array(values, arrays["x"].ndim),
    )


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """An array of the archive, whose header is looked at before memory is taken for it."""
    member = archive.getinfo(f"{name}.npy")
    if member.flag_bits & 1:
        raise UserError(f"{path} is encrypted. Unpack it and save it without a password.")
    # More than this does not come out of it: zipfile stops there.
    check_size(path, member.file_size, likely_size(path))
    with archive.open(member) as stream:
        shape, dtype = _header(path, name, cast("BinaryIO", stream))
        if dtype.kind not in ("biuf" if name == "x" else "biufUS"):
            raise UserError(
                f"{path} should hold {_MEMBERS[name]} in {name!r}, but it has {_kind(dtype)}. "
                f"Save {_FORM} as plain arrays; series of unequal length belong in a .ts file or a "
                "table of one row a step."
            )
        if dtype.itemsize * int(np.prod(shape, dtype=object)) > member.file_size:
            raise UserError(f"{path} is damaged: {name!r} ends before its {shape} values do.")
    with archive.open(member) as stream:
        return npy.read_array(stream, allow_pickle=False)


def _header(path: Path, name: str, stream: BinaryIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(stream)
    except (ValueError, EOFError) as error:
        raise UserError(
            f"{path} is damaged: {name!r} is no array of NumPy ({str(error).splitlines()[0]})."
        ) from error
    return shape, dtype


def _kind(dtype: np.dtype[Any]) -> str:
    if dtype.hasobject:
        return "pickled objects, which run code when they are opened, so that they are not"
    return f"values of type {dtype}"


def _values(path: Path, x: NDArray[Any]) -> NDArray[Any]:
    """(examples, steps, features), all finite."""
    if x.ndim not in (2, 3) or not x.size:
        raise UserError(
            f"{path} should hold x as (examples, steps, features), or (examples, steps) of one "
            f"feature, but its shape is {x.shape}. Reshape it."
        )
    values = x if x.ndim == 3 else x[:, :, None]
    wrong = ~np.isfinite(values)
    if wrong.any():
        example, step, feature = (int(place) + 1 for place in np.argwhere(wrong)[0])
        raise UserError(
            f"{path} lacks {int(wrong.sum()):,} of its values (NaN or infinite), first in example "
            f"{example:,}, step {step:,}, feature {feature:,}, counted from 1. Fill them in, or "
            "leave those examples out; if NaN pad shorter series, give these at their lengths, in "
            "a .ts file or a table of one row a step."
        )
    return values


def _labels(path: Path, y: NDArray[Any], examples: int) -> list[str]:
    _check_length(path, "y", y, examples)
    if y.dtype.kind == "f":
        if not (np.isfinite(y).all() and (y == np.round(y)).all()):
            raise UserError(
                f"{path} should hold classes in y, but it has numbers such as "
                f"{y[~(y == np.round(y))][0]:g}. Give whole numbers or words."
            )
        y = y.astype(np.int64)
    labels = _words(path, "y", y)
    if not all(labels):
        empty = labels.index("") + 1
        raise UserError(f"{path} has no label in y for example {empty:,}. Add it.")
    return labels


def _parts(path: Path, split: NDArray[Any], examples: int) -> list[Part]:
    _check_length(path, "split", split, examples)
    return named_parts(path, "split", _words(path, "split", split))


def _words(path: Path, name: str, array: NDArray[Any]) -> list[str]:
    try:
        if array.dtype.kind == "S":
            array = np.char.decode(array, "utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} has bytes in {name!r} that are not UTF-8 ({error.reason})."
        ) from error
    return [str(value).strip() for value in array.tolist()]


def _check_length(path: Path, name: str, array: NDArray[Any], examples: int) -> None:
    if array.shape != (examples,):
        remedy = "Correct it"
        if array.ndim == 2 and len(array) == examples:
            column = array.shape[1] == 1
            remedy = f"Give {name}[:, 0]" if column else f"If it is one-hot, give {name}.argmax(1)"
        raise UserError(
            f"{path} should hold one value of {name!r} for each of the {examples:,} examples in x, "
            f"but its shape is {array.shape}. {remedy}."
        )
