"""Files of series of numbers as a trained model takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from study.datasets.sources.numbers.long_table import Columns, read_long_table
from study.datasets.sources.numbers.series import ReadSeries
from study.datasets.sources.numbers.series_file import SERIES_FILES, read_series
from study.datasets.sources.rows import check_table
from study.datasets.standardisation import Standardisation
from study.errors import UserError


@dataclass(frozen=True)
class SeriesInput:
    """What a model's card says of its input.

    Attributes:
        features: Names of the numbers of a step.
        columns: Of a table; None where the model learnt from a file of another kind.
    """

    standardisation: Standardisation
    features: tuple[str, ...]
    columns: Columns | None

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Self:
        """Of a model of series.

        Raises:
            ValueError, KeyError, TypeError: It is no card of such a model.
        """
        features = tuple(card["features"])
        example, step = card["columns"]["id"], card["columns"]["step"]
        columns = None if example is None else Columns(example, step, None, features)
        return cls(Standardisation.from_dict(card["standardisation"]), features, columns)

    def read(self, path: Path) -> ReadSeries:
        """The series of a file; labels, if it has any, are left out.

        Raises:
            UserError: It is not there, or not as what the model learnt from.
        """
        if not path.is_file():
            raise UserError(
                f"This model classifies series of numbers, which it reads from {self._kinds}, but "
                f"there is no file {str(path)!r}. Check the path."
            )
        if path.suffix.lower() in SERIES_FILES:
            read = read_series(path, labelled=False)
        else:
            check_table(path)
            if self.columns is None:
                raise UserError(
                    f"This model reads {self._kinds}, and was not told of the columns of a table "
                    f"such as {path}. Save the series in one of these."
                )
            read = read_long_table(path, self.columns)
        if len(read.features) != len(self.features):
            raise UserError(
                f"This model reads {len(self.features)} numbers a step, but {path} has "
                f"{len(read.features)}. Give the features that it was trained on."
            )
        return read

    def encode(self, values: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Series as the model takes them, (series, steps, features), float32."""
        return self.standardisation.encode(values)

    @property
    def _kinds(self) -> str:
        files = " and ".join(SERIES_FILES)
        if self.columns is None:
            return f"{files} files"
        return f"tables with the columns {', '.join(map(repr, self.columns.wanted.needed))}"
