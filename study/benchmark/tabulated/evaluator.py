"""What a search in a table of trainings tried, and what each trial cost."""

from dataclasses import dataclass

import numpy as np

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.benchmark.tabulated.trainings import Point, Tabulated, Training


@dataclass(frozen=True)
class Tried:
    """One trial of a search.

    Attributes:
        point: What was trained; None for a model over the budget.
        accuracy: Of validation, as its tool counts it; None where the tool would not choose it.
        spent: Epochs of the whole search when this trial ended.
        repeated: Whether an earlier trial had the same parameters.
    """

    cell: Cell
    point: Point | None
    accuracy: float | None
    spent: int
    repeated: bool


class Ledger:
    """An allowance of epochs, and the trials that it was spent on.

    Every search trains from the same table, stops early by the same rule, and pays for each
    epoch once. Which of a candidate's tabulated trainings it sees is drawn at random.
    """

    def __init__(self, table: Tabulated, allowance: int, seed: int) -> None:
        """Open a ledger.

        Args:
            allowance: Epochs; the trial that exceeds them is the last.
        """
        self.table = table
        self.seed = seed
        self.tried: list[Tried] = []
        self._random = np.random.default_rng(seed)
        self._left = allowance
        self._spent = 0
        self._known: set[Candidate] = set()

    @property
    def open(self) -> bool:
        """Whether there are epochs left."""
        return self._left > self._spent

    def fits(self, candidate: Candidate) -> bool:
        """Whether a model is within the budget; else the trial is noted as wasted."""
        origin = self.table.origin
        if origin.budget.excess(candidate, origin.task) <= 0:
            return True
        self._note(candidate, None, None)
        return False

    def training(self, candidate: Candidate) -> Training:
        """One of the trainings of the nearest point."""
        return self.table.training(candidate, int(self._random.integers(self.table.origin.seeds)))

    def spend(self, epochs: int) -> None:
        """Pay for epochs."""
        self._spent += epochs

    def end(self, candidate: Candidate, training: Training, accuracy: float | None) -> None:
        """Note a trial that has trained.

        Args:
            accuracy: None where the trial cannot become the search's best.
        """
        self._note(candidate, training.point, accuracy)

    def go_on(self, training: Training, accuracy: float) -> None:
        """Note a trial that has trained an earlier one's model further."""
        self.tried.append(Tried(training.cell, training.point, accuracy, self._spent, False))

    def _note(self, candidate: Candidate, point: Point | None, accuracy: float | None) -> None:
        repeated = candidate in self._known
        self._known.add(candidate)
        self.tried.append(Tried(candidate.cell, point, accuracy, self._spent, repeated))
