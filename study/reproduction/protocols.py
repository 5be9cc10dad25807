"""The notebook's three models, the two protocols they are trained by, and their jobs.

By the notebook's protocol the test split is looked at in training, so that no search may
import this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.datasets.dataset import Dataset, Split
from study.training.curve import CurvePoint
from study.training.job import OnEpoch, Result, TrainingJob
from study.training.scoring import ConfirmationJob, Score
from study.trials.sampler import derived_seed

EMBEDDING = 128  # the notebook's, at whichever level a text is read
PATIENCE = 2  # of the fair protocol; reviews overfit after two or three epochs
_REVIEWS = 25_000  # in either half of the notebook's data


class Protocol(StrEnum):
    """How a model is trained and measured."""

    NOTEBOOK = "notebook"  # all training examples, the test split as validation, last epoch
    FAIR = "fair"  # same epochs for all, best epoch on validation, test scored once


@dataclass(frozen=True)
class NotebookModel:
    """A model of the notebook.

    Attributes:
        epochs: How long the notebook trained it.
        accuracy: What it reported on the test split, a fraction.
    """

    cell: Cell
    units: int
    epochs: int
    accuracy: float

    @property
    def name(self) -> str:
        """Cell and width."""
        return model_name(self.candidate)

    @property
    def candidate(self) -> Candidate:
        """The model with everything that the notebook chose for it."""
        return Candidate(
            cell=self.cell,
            units=self.units,
            embedding=EMBEDDING,
            dropout=0.2,
            recurrent_dropout=0.2,
            learning_rate=1e-3,
            batch_size=32,
        )


LSTM_128 = NotebookModel(Cell.LSTM, 128, epochs=10, accuracy=0.8346)
GRU_128 = NotebookModel(Cell.GRU, 128, epochs=1, accuracy=0.7000)
GRU_154 = NotebookModel(Cell.GRU, 154, epochs=1, accuracy=0.6871)  # as large as the LSTM
MODELS = (LSTM_128, GRU_128, GRU_154)


def model_name(candidate: Candidate) -> str:
    """Cell and width, such as "GRU(154)"."""
    return f"{candidate.cell.display_name}({candidate.units})"


@dataclass(frozen=True)
class Run:
    """One training of one model.

    Attributes:
        replicate: Runs of one protocol and replicate share seed, data order and split.
    """

    model: NotebookModel
    protocol: Protocol
    replicate: int = 0

    @property
    def name(self) -> str:
        """Unique within a plan, and fit to name a file."""
        words = (self.protocol.value, self.model.cell.value, self.model.units, self.replicate)
        return "-".join(str(word) for word in words)


@dataclass(frozen=True)
class Measured:
    """What a run found.

    Attributes:
        test_accuracy: Of the last epoch by the notebook's protocol; by the fair one, of the
            epoch that is best on validation. A fraction.
        validation_accuracy: Of that epoch; None by the notebook's protocol, where validation
            is the test split.
        curve: Validation by the notebook's protocol is the test split.
        correct: Base64 of `numpy.packbits` over the test examples; None by the notebook's.
    """

    test_accuracy: float
    validation_accuracy: float | None
    curve: tuple[CurvePoint, ...]
    correct: str | None
    seconds: float


@dataclass(frozen=True)
class Counted:
    """Trainable parameters of one model as Keras counts them."""

    candidate: Candidate
    cell_parameters: int
    model_parameters: int


@dataclass(frozen=True)
class Plan:
    """The runs of a reproduction, and everything that shapes them.

    Attributes:
        epochs: The most by the fair protocol; also cuts the notebook's own.
        replicates: Seeds of the fair protocol.
    """

    dataset: Dataset
    epochs: int
    replicates: int
    seed: int

    @cached_property
    def task(self) -> Task:
        """The classification, with the notebook's embedding."""
        return Task(self.dataset.vocabulary, len(self.dataset.labels), EMBEDDING)

    @property
    def on_the_notebooks_data(self) -> bool:
        """Whether its figures can be compared: two classes, 25,000 examples in either half."""
        sizes = self.dataset.sizes
        halves = {sizes["train"] + sizes["validation"], sizes["test"]}
        return self.task.classes == 2 and halves == {_REVIEWS}

    @property
    def runs(self) -> tuple[Run, ...]:
        """The notebook's runs, then the fair ones seed by seed."""
        fair = (
            Run(model, Protocol.FAIR, replicate)
            for replicate in range(self.replicates)
            for model in MODELS
        )
        return (*(Run(model, Protocol.NOTEBOOK) for model in MODELS), *fair)

    def epochs_of(self, run: Run) -> int:
        """The most that a run trains."""
        if run.protocol is Protocol.NOTEBOOK:
            return min(run.model.epochs, self.epochs)
        return self.epochs

    def job(self, run: Run) -> "NotebookJob | ConfirmationJob":
        """The training of a run."""
        own = run.protocol is Protocol.NOTEBOOK
        epochs = self.epochs_of(run)
        training = TrainingJob(
            candidate=run.model.candidate,
            task=self.task,
            dataset=self.dataset,
            seed=derived_seed(self.seed, run.replicate, f"reproduce {run.protocol}"),
            epochs=epochs,
            patience=epochs if own else PATIENCE,
        )
        return NotebookJob(training) if own else ConfirmationJob(training=training)

    @property
    def variants(self) -> tuple[Candidate, ...]:
        """The models, and their GRUs with one bias vector a gate, `reset_after=False`."""
        ours = [model.candidate for model in MODELS]
        return (*ours, *(reset_before(one) for one in ours if one.cell is Cell.GRU))


def reset_before(candidate: Candidate) -> Candidate:
    """The same GRU with `reset_after=False`."""
    return replace(candidate, cell=Cell.GRU_RESET_BEFORE)


@dataclass(frozen=True)
class NotebookJob:
    """A training by the notebook's protocol: on every training example, watched on test.

    Its figure is the last epoch's accuracy on the test split, the last point of the curve.
    """

    training: TrainingJob

    def run(self, on_epoch: OnEpoch) -> Result:
        """Train for all epochs.

        Raises:
            TrainingError: The loss became NaN or infinite, or memory ran out.
        """
        dataset = self.training.dataset
        splits = every_training_example(dataset), dataset.test()
        result, _ = self.training.train(splits, on_epoch)
        return result


@dataclass(frozen=True)
class CountJob:
    """Lets Keras count the parameters of models made of its own layers."""

    candidates: tuple[Candidate, ...]
    task: Task
    sequence_length: int

    def run(self, on_epoch: OnEpoch) -> tuple[Counted, ...]:
        """Build each model and count."""
        return tuple(self._count(candidate) for candidate in self.candidates)

    def _count(self, candidate: Candidate) -> Counted:
        from study.training.model import build

        model = build(candidate, self.task, self.sequence_length, seed=0, fused=False)
        cell = model.get_layer("recurrent_1").count_params()
        return Counted(candidate, int(cell), int(model.count_params()))


def every_training_example(dataset: Dataset) -> Split:
    """The training split with what was drawn from it for validation.

    A validation split that came with the data stays out.
    """
    train, validation = dataset.training()
    if dataset.validation_given:
        return train
    return Split(
        np.concatenate([train.tokens, validation.tokens]),
        np.concatenate([train.labels, validation.labels]),
    )


def measured(result: Result | Score) -> Measured:
    """What the job of either protocol found."""
    if isinstance(result, Score):
        training = result.training
        test, chosen = result.test_accuracy, training.validation_accuracy
        return Measured(test, chosen, training.curve, result.correct, training.seconds)
    return Measured(result.curve[-1].validation_accuracy, None, result.curve, None, result.seconds)


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """Everything that a report on a reproduction needs to know.

    Attributes:
        runs: Those of the plan that have a result.
        failures: Those that have none, and why.
        counted: By Keras, one for each of `Plan.variants`; empty where that failed.
        environment: Machine and versions.
        command: Repeats it.
    """

    plan: Plan
    runs: Mapping[Run, Measured]
    failures: Mapping[Run, str]
    counted: tuple[Counted, ...]
    environment: Mapping[str, str]
    command: str
