"""How series of numbers become a model's inputs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from study.errors import UserError

LONGEST = 500  # last steps that are read of a series where nothing else is asked for


@dataclass(frozen=True)
class Standardisation:
    """Each feature less its mean, in standard deviations, the last steps of a series.

    Both are taken over all steps of the training examples. A feature that is constant there is 0
    everywhere. A shorter series is padded on the left with 0, the mean.
    """

    sequence_length: int
    labels: tuple[str, ...]  # the class names, in the order of a model's outputs
    means: tuple[float, ...]  # of each feature
    deviations: tuple[float, ...]  # 0 where training knows a single value

    @classmethod
    def of(
        cls, values: Sequence[NDArray[Any]], sequence_length: int, labels: tuple[str, ...]
    ) -> Self:
        """That of training examples.

        Args:
            values: Of each example (steps, features), finite; all steps count, read or not.

        Raises:
            UserError: Values so large that their squares are none.
        """
        # In one order in memory, so that sums are rounded alike whatever file the values are of.
        steps = np.concatenate([np.array(one, dtype=np.float64, order="C") for one in values])
        with np.errstate(over="ignore", invalid="ignore"):
            means, deviations = steps.mean(axis=0), steps.std(axis=0)
        constant = steps.min(axis=0) == steps.max(axis=0)
        means[constant], deviations[constant] = steps[0, constant], 0.0
        if not (np.isfinite(means) & np.isfinite(deviations)).all():
            place = 1 + int(np.argmin(np.isfinite(means) & np.isfinite(deviations)))
            raise UserError(
                f"Feature {place} has values as large as {np.abs(steps[:, place - 1]).max():.3g}, "
                "of which no standard deviation can be computed. Rescale it."
            )
        return cls(sequence_length, labels, tuple(means.tolist()), tuple(deviations.tolist()))

    @property
    def features(self) -> int:
        """Numbers a step."""
        return len(self.means)

    def encode(self, values: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """The last `sequence_length` steps of every series, (series, steps, features), float32.

        Args:
            values: Of each series (steps, features), finite.
        """
        means, deviations = np.array(self.means), np.array(self.deviations)
        factors = np.divide(1.0, deviations, out=np.zeros_like(deviations), where=deviations > 0)
        largest = float(np.finfo(np.float32).max)
        encoded = np.zeros((len(values), self.sequence_length, self.features), dtype=np.float32)
        for place, one in zip(encoded, values, strict=True):
            last = np.asarray(one[-self.sequence_length :], dtype=np.float64)
            place[len(place) - len(last) :] = np.clip((last - means) * factors, -largest, largest)
        return encoded

    def to_json(self) -> str:
        """The description that the arrays ship with; `from_json` reads it."""
        description = {
            "steps": self.sequence_length,
            "padding": 0.0,
            "labels": self.labels,
            "means": self.means,
            "standard_deviations": self.deviations,
        }
        return json.dumps(description, ensure_ascii=False, indent=0) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The standardisation that `to_json` described.

        Raises:
            ValueError: The text is no such description.
        """
        try:
            return cls.from_dict(json.loads(text))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no description of a standardisation: {error}") from error

    @classmethod
    def from_dict(cls, description: Mapping[str, Any]) -> Self:
        """The standardisation of such a description, as a model's card holds it.

        Raises:
            KeyError, TypeError, ValueError: It is none.
        """
        return cls(
            sequence_length=int(description["steps"]),
            labels=tuple(description["labels"]),
            means=tuple(map(float, description["means"])),
            deviations=tuple(map(float, description["standard_deviations"])),
        )
