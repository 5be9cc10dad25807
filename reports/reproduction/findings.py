"""What a reproduction of the notebook found, as numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from reports.comparison.estimate import Estimate, mean
from reports.findings.answer import Answer
from reports.findings.confirmation import by_search
from search_spaces.cells import Cell
from study.reproduction.notebook import GRU_154, LSTM_128, NotebookModel
from study.terminal.words import number_of
from study.training.curve import CurvePoint
from study.trials.record import StudyRecord, TrialRecord

_REVIEWS = 25_000  # in either half of the notebook's data
GATES = {  # in the order of Keras' kernels; the candidate state is counted as one
    Cell.LSTM: ("input", "forget", "candidate", "output"),
    Cell.GRU: ("update", "reset", "candidate"),
}


class Gate(NamedTuple):
    """Parameters of one gate, which maps `d` inputs and `u` values of the state to `u` values."""

    input_kernel: int  # d x u
    recurrent_kernel: int  # u x u
    biases: int  # u, or 2u where there is an input and a recurrent bias


def gate_of(model: NotebookModel) -> Gate:
    """One gate of a model; all are of one size."""
    units, gates = model.units, len(GATES[model.cell])
    kernels = Gate(model.candidate.embedding * units, units * units, biases=0)
    biases = model.candidate.cell_parameters // gates - sum(kernels)
    return kernels._replace(biases=biases)


class Step(NamedTuple):
    """LSTM(128) minus GRU(154) under one set of conditions; None where it is not known."""

    conditions: str
    difference: float | None
    changed: str  # from the step before


@dataclass(frozen=True)
class Findings:
    """What the runs say.

    Attributes:
        record, answer: Of the fair protocol, which is a study's confirmation at one budget.
        runs: By the notebook's protocol; validation is the test split, failed ones have no curve.
    """

    record: StudyRecord
    answer: Answer
    runs: Mapping[NotebookModel, TrialRecord]

    @property
    def on_the_notebooks_data(self) -> bool:
        """Whether its figures can be compared: two classes, 25,000 examples in either half."""
        data = self.record.dataset
        halves = {data.train + data.validation, data.test}
        return len(data.labels) == 2 and halves == {_REVIEWS}

    def reported(self, model: NotebookModel) -> float | None:
        """What the notebook reported; None on other data than its."""
        return model.accuracy if self.on_the_notebooks_data else None

    def by_its_protocol(self, model: NotebookModel) -> tuple[float, ...]:
        """Test accuracy by epoch; empty if the run has no result."""
        return tuple(point.validation_accuracy for point in self.epochs(model).values())

    def epochs(self, model: NotebookModel) -> Mapping[int, CurvePoint]:
        """What was measured where each epoch ended, by the notebook's protocol."""
        run = self.runs.get(model)
        curve = run.curve if run else ()
        return {math.ceil(point.epoch): point for point in curve}  # the last of each epoch stays

    def fair(self, model: NotebookModel) -> NDArray[np.float64]:
        """Test accuracies by the fair protocol, (seeds,): each seed is a search of its own."""
        answered = self.answer.budgets[0] if self.answer.budgets else None
        if answered is None:
            return np.empty(0)
        if answered.winners[0].winners[model.cell].candidate.units != model.units:
            return np.empty(0)
        return by_search(answered, model.cell)

    def fair_mean(self, model: NotebookModel) -> Estimate | None:
        """Their mean, over seeds."""
        accuracies = self.fair(model)
        return mean(accuracies) if len(accuracies) else None

    @property
    def differences(self) -> NDArray[np.float64]:
        """LSTM(128) minus GRU(154) by the fair protocol, pair by pair: (seeds,)."""
        return self.fair(LSTM_128) - self.fair(GRU_154)

    @property
    def luck(self) -> float | None:
        """How far apart two such differences are with 95 % probability, from seeds alone.

        By Student's t, from the spread of the fair runs; None with fewer than two seeds.
        """
        pairs = len(self.differences)
        if pairs < 2:
            return None
        spread = float(self.differences.std(ddof=1))
        return float(special.stdtrit(pairs - 1, 0.975)) * spread * 2**0.5

    @property
    def optimism(self) -> float | None:
        """Mean validation minus test accuracy of the fair runs, whose epoch validation chose."""
        gaps = [
            run.validation_accuracy - run.test_accuracy
            for run in self.record.confirmations
            if run.validation_accuracy is not None and run.test_accuracy is not None
        ]
        return sum(gaps) / len(gaps) if gaps else None

    @property
    def steps(self) -> tuple[Step, ...]:
        """From the notebook's difference to the fair one, one change at a time."""
        lstm, gru = self.by_its_protocol(LSTM_128), self.by_its_protocol(GRU_154)
        both = bool(lstm and gru)
        epochs = number_of(len(gru) or GRU_154.epochs, "epoch")
        seeds = "more seeds" if len(self.differences) > 1 else "seed"
        known = self.answer.known
        reported = Step("The notebook's figures", LSTM_128.accuracy - GRU_154.accuracy, "")
        return (
            *((reported,) if self.on_the_notebooks_data else ()),
            Step(
                "Its protocol, run here",
                lstm[-1] - gru[-1] if both else None,
                "seed, versions of the software",
            ),
            Step(
                f"The same runs after {epochs} each",
                lstm[len(gru) - 1] - gru[-1] if both else None,
                "epochs",
            ),
            Step(
                "Fair protocol, mean over seeds",
                known.headline.difference if known else None,
                f"{seeds}, stopped on validation loss, fewer training examples",
            ),
        )
