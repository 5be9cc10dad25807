"""The trainings of a search once more, as a user of stock Keras has them.

`python -m study.benchmark.speed.stock_trainings RUN`: one process, Keras' own layers, `compile` and `fit`, the
same candidates, seeds, batches and numbers of epochs. What it measures is how long it takes.
"""

import sys
from pathlib import Path

import keras

from study.question.plan import StudyPlan
from study.runs.archive import open_archive
from study.training.model import build, compile_model
from study.trials.record import TrialRecord


def train_again(run: Path) -> None:
    """Train every candidate of a search for as many epochs as the search did."""
    archive = open_archive(run)
    for trial in archive.record().trials:
        _train(trial, archive.plan)


def _train(trial: TrialRecord, plan: StudyPlan) -> None:
    if trial.candidate is None or not trial.epochs:
        return
    training, validation = plan.dataset.training()
    keras.backend.clear_session()
    model = build(
        trial.candidate,
        plan.task,
        plan.dataset.sequence_length,
        seed=trial.seed or 0,
        fused=False,
    )
    compile_model(model, trial.candidate, metrics=["accuracy"])
    model.fit(
        *training,
        batch_size=trial.candidate.batch_size,
        epochs=trial.epochs,
        validation_data=tuple(validation),
        verbose=0,
    )


if __name__ == "__main__":
    train_again(Path(sys.argv[1]))
