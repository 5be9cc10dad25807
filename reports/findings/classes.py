"""What the best models answer, class by class."""

import base64
import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from study.trials.record import ConfirmationRecord, Status, StudyRecord


class Confused(NamedTuple):
    """Test examples of one class that were taken for another.

    Attributes:
        truth, answered: The names of the classes.
        share: Of the class's test examples.
    """

    truth: str
    answered: str
    examples: int
    share: float


class ByClass:
    """The answers of a cell's best model to the test split.

    Attributes:
        run: Its run.
        counts: Test examples by true and by answered class: (classes, classes).
    """

    def __init__(self, run: ConfirmationRecord, labels: tuple[str, ...]) -> None:
        assert run.confusion
        self.run = run
        self.counts = unpack_counts(run.confusion, len(labels))
        self._labels = labels

    @property
    def shares(self) -> NDArray[np.float64]:
        """The same as shares of the true class; 0 where the test split has none of it."""
        totals = self.counts.sum(axis=1, keepdims=True)
        found: NDArray[np.float64] = self.counts / np.maximum(totals, 1)
        return found

    def worst(self, most: int) -> list[Confused]:
        """The pairs of classes that were confused most often, most first."""
        wrong = self.counts.copy()
        np.fill_diagonal(wrong, 0)
        order = np.argsort(-wrong, axis=None, kind="stable")[:most]
        pairs = [divmod(int(place), len(self._labels)) for place in order]
        return [
            Confused(
                self._labels[truth],
                self._labels[answered],
                int(wrong[truth, answered]),
                float(self.shares[truth, answered]),
            )
            for truth, answered in pairs
            if wrong[truth, answered]
        ]


def by_class(record: StudyRecord) -> dict[str, ByClass]:
    """Of each cell's best model; without those whose run has stored no answers by class.

    The best is the run of the lowest validation loss at the budget that was asked for, the first
    of equals: the model that is kept. Chosen on validation, its test answers flatter nobody.
    """
    found = {}
    for cell in record.cells:
        runs = [
            run
            for run in record.confirmations
            if (run.cell, run.budget, run.status) == (cell, record.budget.limit, Status.COMPLETE)
            and run.validation_loss is not None
        ]
        best = min(runs, key=lambda run: (run.validation_loss, run.number), default=None)
        if best is not None and best.confusion:
            found[cell] = ByClass(best, record.dataset.labels)
    return found


def unpack_counts(text: str, classes: int) -> NDArray[np.int64]:
    """What `study.training.scoring.pack_counts` packed: (classes, classes)."""
    packed = np.frombuffer(zlib.decompress(base64.b64decode(text)), "<i4")
    return packed.reshape(classes, classes).astype(np.int64)
