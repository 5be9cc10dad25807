"""Series of numbers in the `.ts` files of the UCR and UEA archives.

Bagnall, Dau, Lines, Flynn, Large, Bostrom, Southam and Keogh, "The UEA multivariate time series
classification archive, 2018", arXiv:1811.00075. A header of lines `@name value`, then `@data` and a
line for each series: its features separated by colons, the steps of each by commas, its class last.
"""

import io
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from study.datasets.sources.numbers.series import ReadSeries, places
from study.datasets.sources.unpack import unpacked
from study.errors import UserError

_FLAGS = ("timestamps", "missing", "univariate", "equallength")  # true or false
_NUMBERS = ("dimension", "dimensions", "serieslength")
_WORDS = ("problemname", "classlabel", "targetlabel")
_MISSING = {"?", "", "nan"}


@dataclass(frozen=True)
class _Place:
    """Where something is, for what is said of it."""

    path: Path
    line: int

    def refuse(self, what: str) -> UserError:
        return UserError(f"{self.path}, line {self.line:,}: {what}")


@dataclass
class _Header:
    """What a file says of itself."""

    flags: dict[str, bool] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    classes: frozenset[str] | None = None  # None: the series have none

    def add(self, line: str, place: _Place) -> None:
        """Take a line `@name value`."""
        name, value = [*line[1:].split(maxsplit=1), "", ""][:2]
        name = name.casefold()
        if name in _FLAGS:
            if value.casefold() not in ("true", "false"):
                raise place.refuse(
                    f"@{name} is true or false, but {value!r} was given. Correct it."
                )
            self.flags[name] = value.casefold() == "true"
        elif name in _NUMBERS:
            if not value.isdecimal() or not int(value):
                raise place.refuse(f"@{name} is a positive number, but {value!r} was given.")
            self.numbers[name.removesuffix("s") if name == "dimensions" else name] = int(value)
        elif name == "classlabel":
            said, *classes = value.split() or [""]
            self.classes = frozenset(classes) if said.casefold() == "true" else None
        elif name not in _WORDS:
            raise place.refuse(f"@{name} is no entry of a .ts file. Correct it, or leave it out.")
        if self.flags.get("timestamps"):
            raise place.refuse(
                "series with time stamps are not read, only steps that follow one another. "
                "Resample them, write the values alone, and say @timeStamps false."
            )
        if name == "targetlabel" and value.casefold().startswith("true"):
            raise place.refuse("the targets are numbers, but classes are expected. Group them.")


def read_ts(path: Path, *, labelled: bool) -> ReadSeries:
    """The series of one file; all features of one have as many steps.

    Raises:
        UserError: It cannot be read, lacks values, has time stamps, or is not as its header says.
    """
    values: list[NDArray[np.float64]] = []
    labels: list[str] = []
    header = _Header()
    with closing(_lines(path)) as lines:
        for place, line, in_data in lines:
            if not in_data:
                header.add(line, place)
                continue
            if labelled and header.classes is None:
                raise place.refuse("the header has no @classLabel true and classes. Add them.")
            series, label = _series(line, header, place)
            _check_shape(series, header, values, place)
            values.append(series)
            labels.append(label)
    if not values:
        raise UserError(f"{path} has no series after @data. Give at least some examples.")
    return ReadSeries(
        values=values,
        names=places(len(values)),
        features=places(values[0].shape[1]),
        labels=labels if labelled else None,
        parts=None,
        entries=len(values),
        unit="series",
    )


def _lines(path: Path) -> Generator[tuple[_Place, str, bool]]:
    """The lines that count, each with its place and whether it comes after @data."""
    in_data = False
    with unpacked(path) as stream, io.TextIOWrapper(stream, "utf-8-sig") as lines:
        try:
            for number, line in enumerate(lines, start=1):
                place, text = _Place(path, number), line.strip()
                if not text or text.startswith("#"):
                    continue
                if text.casefold() == "@data":
                    in_data = True
                    continue
                if not in_data and not text.startswith("@"):
                    raise place.refuse(
                        f"a line of the header begins with @, and series come after @data, but it "
                        f"is {text[:40]!r}. Check that this is a .ts file."
                    )
                yield place, text, in_data
        except UnicodeDecodeError as error:
            raise UserError(
                f"{path} is not UTF-8 text ({error.reason}). Check that it is a .ts file."
            ) from error


def _series(line: str, header: _Header, place: _Place) -> tuple[NDArray[np.float64], str]:
    """A line's values, (steps, features), and its class."""
    *channels, label = line.split(":") if header.classes is not None else [*line.split(":"), ""]
    label = label.strip()
    if header.classes is not None and label not in header.classes:
        raise place.refuse(
            f"the last entry is a class, but {label[:40]!r} is none of @classLabel. Add it there, "
            "or correct it."
        )
    if not channels:
        raise place.refuse("values and a class are expected, separated by a colon. Correct it.")
    read = [_numbers(channel, 1 + at, place) for at, channel in enumerate(channels)]
    if len({len(channel) for channel in read}) > 1:
        raise place.refuse(
            f"the features of a series have as many steps, but these have "
            f"{', '.join(str(len(channel)) for channel in read[:20])}. Cut or fill them."
        )
    return np.array(read, dtype=np.float64).T, label


def _numbers(channel: str, feature: int, place: _Place) -> Sequence[float]:
    if channel.lstrip().startswith("("):
        raise place.refuse("series with time stamps are not read. Write the values alone.")
    numbers = []
    for step, text in enumerate(channel.split(","), start=1):
        if text.strip().casefold() in _MISSING:
            raise place.refuse(
                f"step {step:,} of feature {feature:,} is missing. Fill it in, or leave that "
                "series out."
            )
        try:
            value = float(text)
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            raise place.refuse(
                f"step {step:,} of feature {feature:,} should be a number, but it is "
                f"{text.strip()[:40]!r}. Correct it."
            )
        numbers.append(value)
    return numbers


def _check_shape(
    series: NDArray[np.float64],
    header: _Header,
    before: Sequence[NDArray[np.float64]],
    place: _Place,
) -> None:
    """Refuse a series that is not as the header, or else the first series, has it."""
    steps, features = series.shape
    expected = header.numbers.get("dimension", 1 if header.flags.get("univariate") else None)
    if expected is None and before:
        expected = before[0].shape[1]
    if expected not in (None, features):
        raise place.refuse(f"{expected} features are expected, but it has {features}. Correct it.")
    if not header.flags.get("equallength"):
        return
    length = header.numbers.get("serieslength", len(before[0]) if before else steps)
    if steps != length:
        raise place.refuse(
            f"all series have {length:,} steps by @equalLength true, but this one has {steps:,}. "
            "Say @equalLength false, or correct it."
        )
