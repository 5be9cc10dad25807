"""What was read of a data set, and how it was split: what a reader must know of the numbers."""

import json
from dataclasses import asdict, dataclass
from typing import NamedTuple, Self

from study.datasets.metric import Metric


class Origin(NamedTuple):
    """What the texts come from."""

    name: str  # or path
    entries: int  # that it holds
    unit: str  # of which: lines, rows, files
    left_out: tuple[str, ...] = ()  # folders with texts that are not read


class ClassCount(NamedTuple):
    """The examples of a class."""

    name: str
    train: int
    validation: int
    test: int


class Lengths(NamedTuple):
    """Tokens of a text or steps of a series, over all of them."""

    median: int
    percentile_95: int
    longest: int


class Feature(NamedTuple):
    """One of the numbers of a step, over all steps of all series."""

    name: str
    least: float
    greatest: float
    varies: bool  # in training
    far: float  # share of the test split's that are more than 10 of training's SD from its mean


STEP = "step"  # the level of series


@dataclass(frozen=True, kw_only=True)
class DatasetFacts:
    """What was read, and how it was split; shares are fractions.

    Attributes:
        given: The splits that the data brought; the others were drawn.
        level: What the steps of an example are: word, character, or just step, of numbers.
        cut: Share of all examples that are longer than what is read of them.
        unknown: Share of the test split's tokens that are outside the vocabulary.
        lone_unknown: Share of the test split's texts that are one such token.
        digits: Share of all texts of whose first 200 characters more than half are digits.
        repeated: Training and validation examples that are equal to an earlier one.
        copied: Test examples that stand in training or validation too.
        features: Of series; none of texts.
    """

    origin: Origin
    given: tuple[str, ...]
    level: str
    sequence_length: int
    classes: tuple[ClassCount, ...]
    lengths: Lengths
    cut: float
    unknown: float = 0.0
    lone_unknown: float = 0.0
    digits: float = 0.0
    repeated: int
    copied: int
    features: tuple[Feature, ...] = ()

    @property
    def train(self) -> int:
        """Training examples."""
        return sum(one.train for one in self.classes)

    @property
    def validation(self) -> int:
        """Validation examples."""
        return sum(one.validation for one in self.classes)

    @property
    def test(self) -> int:
        """Test examples."""
        return sum(one.test for one in self.classes)

    @property
    def majority(self) -> ClassCount:
        """The class with most training examples, the first of equals."""
        return max(self.classes, key=lambda one: one.train)

    def majority_baseline(self, metric: Metric) -> float:
        """What a model that always answers with that class scores on the test split."""
        tests = [one.test for one in self.classes]
        return metric.of_one_class(tests, self.classes.index(self.majority))

    def to_json(self) -> str:
        """The facts as they are stored with the prepared arrays; `from_json` reads them."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The facts that `to_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: The text is nothing of the kind.
        """
        stored = json.loads(text)
        name, entries, unit, left_out = stored.pop("origin")
        return cls(
            origin=Origin(name, entries, unit, tuple(left_out)),
            given=tuple(stored.pop("given")),
            classes=tuple(ClassCount(*one) for one in stored.pop("classes")),
            lengths=Lengths(*stored.pop("lengths")),
            features=tuple(Feature(*one) for one in stored.pop("features", ())),
            **stored,
        )
