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
    rises: bool = False  # from step to step in every series, as the time does


class Form(NamedTuple):
    """How a file holds its series: what of it may be meant otherwise than it is read.

    Attributes:
        axes: Of `x` in an .npz file; 0 of other files.
        transposed: Whether the features of `x` look like steps, and its few steps like features.
        padded: Series of `x` that begin or end in steps of zeros, where only the one happens.
        padded_at: "begin" or "end".
        apart: Series of a table without step column whose rows do not follow one another.
        orders: Columns of that table that could order the steps.
        no_test: The archives' test file that is not beside the training file.
    """

    axes: int = 0
    transposed: bool = False
    padded: int = 0
    padded_at: str = ""
    apart: int = 0
    orders: tuple[str, ...] = ()
    no_test: str = ""


PLAIN = Form()  # nothing to be said of it


STEP = "step"  # the level of series


def percent(share: float) -> str:
    """A share of what was read; what is there is not rounded to nothing."""
    return "less than 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


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
        form: Of series.
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
    form: Form = PLAIN

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
        form = Form(*stored.pop("form"))
        return cls(
            origin=Origin(name, entries, unit, tuple(left_out)),
            given=tuple(stored.pop("given")),
            classes=tuple(ClassCount(*one) for one in stored.pop("classes")),
            lengths=Lengths(*stored.pop("lengths")),
            features=tuple(Feature(*one) for one in stored.pop("features", ())),
            form=form._replace(orders=tuple(form.orders)),
            **stored,
        )
