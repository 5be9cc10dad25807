"""What a search in a table of trainings evaluates, and what each trial costs."""

import math
from dataclasses import dataclass

import numpy as np

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.benchmark.tabulated.grid import Point
from study.benchmark.tabulated.trainings import Training, TrainingTable


@dataclass(frozen=True)
class TabulatedTrial:
    """One trial of a search.

    Attributes:
        point: What was trained; None for a model over the budget.
        loss: The lowest validation loss; None where the tool would not choose this trial.
        epochs: Of the whole search when this trial ended.
        repeated: Whether an earlier trial had the same hyperparameters.
    """

    cell: Cell
    point: Point | None
    loss: float | None
    epochs: int
    repeated: bool


class Evaluator:
    """Answers a search from the table, and counts the epochs that it trains.

    Every search trains from the same table, stops early by the same rule, and pays for each
    epoch once. All its trials share one split of training and validation, drawn at random of
    those that are tabulated.

    Attributes:
        split: Which of these.
        trials: In the order in which they ended.
    """

    def __init__(
        self,
        table: TrainingTable,
        max_epochs: float,
        seed: int,
        max_trials: float = math.inf,
    ) -> None:
        """Begin with no trial.

        Args:
            max_epochs: The trial that reaches them is the last.
            max_trials: So many trials and no more.
        """
        self.table = table
        self.seed = seed
        self.trials: list[TabulatedTrial] = []
        self.split = int(np.random.default_rng(seed).integers(table.seeds))
        self._max_epochs = max_epochs
        self._max_trials = max_trials
        self._epochs = 0
        self._known: set[Candidate] = set()

    @property
    def open(self) -> bool:
        """Whether there are epochs and trials left."""
        return self._epochs < self._max_epochs and len(self.trials) < self._max_trials

    def training(self, candidate: Candidate) -> Training | None:
        """The training of the nearest point.

        None where the model is over the budget: the trial has ended, and was wasted.
        """
        plan = self.table.plan
        if plan.budget.excess(candidate, plan.task) > 0:
            self.end(candidate, None, None)
            return None
        return self.table.training(candidate, self.split)

    def train(self, epochs: int) -> None:
        """Pay for epochs."""
        self._epochs += epochs

    def end(
        self,
        candidate: Candidate,
        training: Training | None,
        loss: float | None,
        resumed: bool = False,
    ) -> None:
        """Note a trial.

        Args:
            loss: None where the trial cannot become the search's best.
            resumed: Whether it trained an earlier trial's model further.
        """
        point = training.point if training else None
        repeated = candidate in self._known and not resumed
        self._known.add(candidate)
        self.trials.append(TabulatedTrial(candidate.cell, point, loss, self._epochs, repeated))
