"""The runs that answer: which of a search's there are, and what they answered."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.comparison.runs import BudgetRuns
from search_spaces.candidate import Candidate
from study.errors import UserError
from study.trials.record import ConfirmationRecord, Status, StudyRecord, Winner

Runs = tuple[ConfirmationRecord, ...]  # of one cell in one search, by replicate
_ENDED = {Status.COMPLETE, Status.FAILED}


@dataclass(frozen=True, eq=False)
class Answers:
    """What the runs of some searches answered at one budget.

    Attributes:
        searches: Numbers of the searches.
        runs: By cell: one entry for each search, its runs by replicate.
        correct: By cell: (searches, seeds, examples); a failed run answers with the class that
            is most frequent in training.
        weights: How much each test example counts, (examples,), mean 1; None for all alike.
    """

    limit: int
    searches: tuple[int, ...]
    runs: Mapping[str, tuple[Runs, ...]]
    correct: Mapping[str, NDArray[np.bool_]]
    weights: NDArray[np.float64] | None

    def accuracies(self, cell: str) -> NDArray[np.float64]:
        """Test accuracies of one cell by the study's metric, fractions, (searches, seeds)."""
        correct = self.correct[cell]
        found: NDArray[np.float64]
        if self.weights is None:
            found = correct.mean(axis=2, dtype=np.float64)
        else:
            found = correct @ self.weights / len(self.weights)
        return found

    def compared(self, cells: Sequence[str]) -> BudgetRuns:
        """For the comparison of these cells."""
        return BudgetRuns(self.limit, {cell: self.correct[cell] for cell in cells})


class ConfirmedRuns:
    """The runs of a study's record that have ended, found by what they train."""

    def __init__(self, record: StudyRecord) -> None:
        self._record = record
        self._ended = {
            (run.search, run.budget, run.cell, run.candidate, run.replicate): run
            for run in record.confirmations
            if run.status in _ENDED
        }

    def of(
        self, search: int, limit: int, winners: Mapping[str, Winner], *, seeds: int
    ) -> dict[str, Runs] | None:
        """Each cell's runs in one search; None while one of them has not ended."""
        found = {
            cell: self._runs(search, limit, cell, winner.candidate, seeds)
            for cell, winner in winners.items()
        }
        whole = all(len(runs) == seeds for runs in found.values())
        return found if whole and seeds else None

    def _runs(self, search: int, limit: int, cell: str, candidate: Candidate, seeds: int) -> Runs:
        keys = ((search, limit, cell, candidate, replicate) for replicate in range(seeds))
        return tuple(self._ended[key] for key in keys if key in self._ended)

    def answers(
        self, limit: int, winners: Mapping[int, Mapping[str, Winner]], *, seeds: int | None = None
    ) -> Answers | None:
        """What the winners, by search, answered; None where no search has ended.

        Args:
            seeds: How many count; None for all of the study's.

        Raises:
            UserError: A run's answers do not belong to this test split.
        """
        wanted = self._record.replicates if seeds is None else seeds
        ended = {
            search: runs
            for search, of_cells in winners.items()
            if (runs := self.of(search, limit, of_cells, seeds=wanted)) is not None
        }
        if not ended:
            return None
        by_cell = {
            cell: tuple(runs[cell] for runs in ended.values()) for cell in self._record.cells
        }
        correct = {
            cell: np.array([[self._correct(run) for run in runs] for runs in searches])
            for cell, searches in by_cell.items()
        }
        return Answers(limit, tuple(ended), by_cell, correct, test_weights(self._record))

    def _correct(self, run: ConfirmationRecord) -> NDArray[np.bool_]:
        if run.correct is None:
            return majority(self._record)
        return unpack_correct(run.correct, self._record.dataset.test)


class Ended(NamedTuple):
    """How a cell's confirmation runs ended, at every budget and effort."""

    runs: int
    failed: int
    at_cap: int

    @property
    def all_failed(self) -> bool:
        """Whether not one was complete."""
        return 0 < self.runs == self.failed


def ended(record: StudyRecord, cell: str) -> Ended:
    """How the runs of a cell ended."""
    runs = [run for run in record.confirmations if run.cell == cell and run.status in _ENDED]
    failed = sum(run.status is Status.FAILED for run in runs)
    return Ended(len(runs), failed, sum(bool(run.at_epoch_cap) for run in runs))


def majority(record: StudyRecord) -> NDArray[np.bool_]:
    """Which test examples are of the class most frequent in training, (examples,)."""
    assert record.test_labels is not None  # known since confirmation began
    return np.asarray(record.test_labels == record.majority_label)


def test_weights(record: StudyRecord) -> NDArray[np.float64] | None:
    """How much each test example counts, (examples,), mean 1; None where all count alike."""
    assert record.test_labels is not None
    return record.metric.weights(record.test_labels)


def unpack_correct(text: str, examples: int) -> NDArray[np.bool_]:
    """Which test examples a run answered rightly, (examples,), from its packed bits.

    Raises:
        UserError: There are not as many bits as the test split has examples.
    """
    packed = np.frombuffer(base64.b64decode(text), dtype=np.uint8)
    if len(packed) != (examples + 7) // 8:
        raise UserError(
            f"A confirmed run holds {8 * len(packed):,} answers, but the test split has "
            f"{examples:,} examples. Was the data set changed? Start a new --study-name."
        )
    return np.unpackbits(packed, count=examples).astype(np.bool_)
