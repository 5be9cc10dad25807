"""The cells beside a linear model of the same data."""

from dataclasses import dataclass

from reports.comparison.baseline import AgainstBaseline, against_baseline
from reports.findings.runs import Answers, test_weights, unpack_correct
from study.trials.baseline import BaselineRecord
from study.trials.record import StudyRecord


@dataclass(frozen=True)
class LinearModel:
    """A linear model that was scored, and the cells at the budget that was asked for beside it.

    Attributes:
        accuracy: On the test split, by the study's metric, a fraction.
        cells: Each cell minus it; empty before the first look at the verdict.
    """

    record: BaselineRecord
    accuracy: float
    cells: tuple[AgainstBaseline, ...]

    @property
    def unbeaten(self) -> bool:
        """Whether no cell is shown to be more accurate."""
        return bool(self.cells) and not any(each.beats for each in self.cells)

    @property
    def nearest(self) -> AgainstBaseline:
        """The most accurate cell's difference."""
        return max(self.cells, key=lambda each: each.difference)


def linear_model(record: StudyRecord, asked: Answers | None, alpha: float) -> LinearModel | None:
    """What is known of it; None where it is not scored, or failed.

    Args:
        asked: What the runs at the budget that was asked for answered; None before the first look
            at the verdict.
        alpha: Two-sided level of the comparison, over all cells.

    Raises:
        UserError: Its answers do not belong to this test split.
    """
    scored = record.baseline
    if scored is None or scored.accuracy is None or scored.correct is None:
        return None
    cells: tuple[AgainstBaseline, ...] = ()
    if asked is not None:
        correct = unpack_correct(scored.correct, record.dataset.test)
        cells = against_baseline(asked.correct, correct, test_weights(record), alpha)
    return LinearModel(scored, scored.accuracy, cells)
