"""The notebook's models, and its protocol as work of a study.

By that protocol the test split is looked at in training, so no search may import this module.
"""

from dataclasses import dataclass, replace

import numpy as np
import optuna
from optuna.trial import TrialState

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.datasets.dataset import Dataset, Split
from study.phases.identity import name_metric
from study.phases.search import training_job
from study.question.plan import StudyPlan
from study.storage.store import Store
from study.training.curve import CurvePoint
from study.training.job import OnLook, Result, TrainingJob
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.reading import trial_record
from study.trials.record import TrialRecord
from study.trials.sampler import derived_seed
from study.trials.slots import Slot


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
        """Cell and width, such as "GRU(154)"."""
        return f"{self.cell.display_name}({self.units})"

    @property
    def candidate(self) -> Candidate:
        """The model with everything that the notebook chose for it."""
        return Candidate(
            cell=self.cell,
            units=self.units,
            embedding=128,
            dropout=0.2,
            recurrent_dropout=0.2,
            learning_rate=1e-3,
            batch_size=32,
        )


LSTM_128 = NotebookModel(Cell.LSTM, 128, epochs=10, accuracy=0.8346)
GRU_128 = NotebookModel(Cell.GRU, 128, epochs=1, accuracy=0.7000)
GRU_154 = NotebookModel(Cell.GRU, 154, epochs=1, accuracy=0.6871)  # as large as the LSTM
MODELS = (LSTM_128, GRU_128, GRU_154)


@dataclass(frozen=True)
class NotebookJob:
    """A training by the notebook's protocol: on every training example, watched on test."""

    training: TrainingJob

    def run(self, on_look: OnLook) -> Result:
        """Train for all epochs; the last point of the curve is what the notebook would report.

        Raises:
            TrainingError: The loss became NaN or infinite, or memory ran out.
        """
        dataset = self.training.dataset
        result, _ = self.training.train((every_training_example(dataset), dataset.test()), on_look)
        return result


def every_training_example(dataset: Dataset) -> Split:
    """The training split with what was drawn from it for validation.

    A validation split that came with the data stays out.
    """
    train, validation = dataset.training()
    if dataset.validation_given:
        return train
    return Split(
        np.concatenate([train.inputs, validation.inputs]),
        np.concatenate([train.labels, validation.labels]),
    )


def notebook_name(study: str) -> str:
    """The name of the Optuna study of the notebook's runs."""
    return f"{study} (notebook)"


def open_notebook(store: Store, plan: StudyPlan) -> optuna.Study:
    """The Optuna study of the notebook's runs, created when missing."""
    storage = store.optuna()
    with store.locked():
        study = optuna.create_study(
            storage=storage,
            study_name=notebook_name(plan.name),
            direction="maximize",
            load_if_exists=True,
        )
        name_metric(study, "test_accuracy")
    return study


def notebook_slots(plan: StudyPlan) -> list[Slot]:
    """One run of each model, all of one seed."""
    seed = derived_seed(plan.settings.run.seed, 0, "reproduce notebook")
    return [
        Slot(
            number,
            {"model": model.name},
            {
                attrs.SEARCH: 1,
                attrs.CELL: str(model.cell),
                attrs.BUDGET: plan.budget.limit,
                **attrs.of_candidate(model.candidate, plan.task, seed),
            },
        )
        for number, model in enumerate(MODELS)
    ]


@dataclass(frozen=True)
class NotebookWork:
    """Trials that train a model for as many epochs as the notebook did, or as the plan allows."""

    plan: StudyPlan

    def job(self, trial: optuna.Trial) -> NotebookJob:
        """What the plan says."""
        trial.suggest_categorical("model", [model.name for model in MODELS])
        candidate = attrs.unpack_candidate(trial.user_attrs[attrs.CANDIDATE])
        seed = trial.user_attrs[attrs.SEED]
        training = training_job(candidate, self.plan, seed, split_seed=seed)
        epochs = min(MODELS[trial.user_attrs[attrs.SLOT]].epochs, self.plan.epochs)
        return NotebookJob(replace(training, epochs=epochs, patience=epochs))

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        """Report to Optuna; the notebook never stopped early."""
        trial.report(point.validation_accuracy, number)
        return True

    def finish(self, queue: Queue, trial: optuna.Trial, result: Result) -> None:
        """The last epoch's test accuracy is the trial's value."""
        accuracy = result.curve[-1].validation_accuracy
        queue.finish(trial, TrialState.COMPLETE, accuracy, attrs.of_result(result))


def notebook_runs(store: Store, plan: StudyPlan) -> dict[NotebookModel, TrialRecord]:
    """The runs that have ended; their validation is the test split, failed ones have no curve."""
    trials = open_notebook(store, plan).get_trials(deepcopy=False)
    records = (trial_record(trial) for trial in trials)
    return {MODELS[record.slot]: record for record in records if record.finished}
