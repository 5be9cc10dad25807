"""The notebook's models, and its protocol as work of a study."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search_spaces.candidate import Task
from search_spaces.cells import Cell
from study.datasets.dataset import Dataset, DatasetSpec, Split
from study.datasets.prepare import prepare
from study.phases.confirmation import confirmation_slots
from study.phases.winners import given
from study.question.plan import StudyPlan, resolve
from study.reproduction.notebook import (
    GRU_154,
    LSTM_128,
    MODELS,
    NotebookWork,
    every_training_example,
    notebook_runs,
    notebook_slots,
    open_notebook,
)
from study.reproduction.settings import ReproductionSettings
from study.storage.sqlite import FileStore
from study.training.curve import CurvePoint
from study.training.job import OnLook, Result, TrainingJob
from study.training.model import build
from study.trials import attributes as attrs
from study.trials.queue import Queue


def plan_of(texts: Path, epochs: int = 10, replicates: int = 3) -> StudyPlan:
    flags = ReproductionSettings(dataset=str(texts), epochs=epochs, replicates=replicates)
    return resolve(flags.of_study)


def test_the_sizes_are_keras_own() -> None:
    task = Task(vocabulary=10_000, classes=2, embedding=128)
    counted = []
    for model in MODELS:
        variants = [model.candidate]
        if model.cell is Cell.GRU:
            variants.append(replace(model.candidate, cell=Cell.GRU_RESET_BEFORE))
        for candidate in variants:
            built = build(candidate, task, sequence_length=5, seed=0, fused=False)
            cell = built.get_layer("recurrent_1").count_params()
            assert (cell, built.count_params()) == (
                candidate.cell_parameters,
                candidate.model_parameters(task),
            )
            counted.append(cell)
    assert counted == [131_584, 99_072, 98_688, 131_208, 130_746]


def test_the_fair_pair_is_the_notebooks_own_and_shares_its_seeds(texts: Path) -> None:
    plan = plan_of(texts)
    candidates = {model.cell: model.candidate for model in (LSTM_128, GRU_154)}
    assert (plan.searches, plan.replicates) == ((3, 3), 1)
    slots = [
        slot
        for seed in (1, 2, 3)
        for slot in confirmation_slots(given(candidates, plan, seed), plan)
    ]
    chosen = [attrs.unpack_candidate(slot.attributes[attrs.CANDIDATE]) for slot in slots]
    assert chosen == 3 * [LSTM_128.candidate, GRU_154.candidate]
    seeds = [slot.attributes[attrs.SEED] for slot in slots]
    assert seeds[::2] == seeds[1::2]
    assert len(set(seeds)) == 3


@pytest.mark.parametrize(
    ("epochs", "expected"), [(10, [10, 1, 1]), (2, [2, 1, 1]), (20, [10, 1, 1])]
)
def test_its_epochs_are_its_own_or_cut_short(
    epochs: int, expected: list[int], texts: Path, tmp_path: Path
) -> None:
    plan = plan_of(texts, epochs)
    store = FileStore(tmp_path / "study.db")
    queue = Queue(open_notebook(store, plan), store, "me")
    queue.enqueue(notebook_slots(plan))
    jobs = []
    while trial := queue.ask():
        jobs.append(NotebookWork(plan).job(trial))
    trainings = [job.training for job in jobs]
    assert [training.candidate for training in trainings] == [one.candidate for one in MODELS]
    assert [training.epochs for training in trainings] == expected
    assert [training.patience for training in trainings] == expected
    assert len({training.seed for training in trainings}) == 1


def test_it_trains_on_everything_and_reports_the_last_epoch_on_test(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(texts, epochs=3)
    store = FileStore(tmp_path / "study.db")
    study = open_notebook(store, plan)
    queue = Queue(study, store, "me")
    queue.enqueue(notebook_slots(plan)[:1])
    trial = queue.ask()
    assert trial is not None
    work = NotebookWork(plan)
    seen: list[Split] = []
    accuracies = (0.6, 0.7, 0.5)

    def train(job: TrainingJob, splits: tuple[Split, Split], on_look: OnLook) -> object:
        seen.extend(splits)
        points = [
            CurvePoint(epoch, 0.5, 0.9, 0.5, accuracy)
            for epoch, accuracy in enumerate(accuracies, start=1)
        ]
        assert all(on_look(number, point) for number, point in enumerate(points, start=1))
        result = Result(
            validation_loss=0.5, validation_accuracy=0.7, curve=tuple(points), seconds=1.0,
            peak_memory=1.0, stopped=False, at_epoch_cap=True, weights="",
        )  # fmt: skip
        return result, None

    monkeypatch.setattr(TrainingJob, "train", train)
    result = work.job(trial).run(lambda number, point: work.epoch(trial, number, point))
    work.finish(queue, trial, result)
    assert len(seen[0].labels) == plan.dataset.sizes["train"] + plan.dataset.sizes["validation"]
    assert np.array_equal(seen[1].inputs, plan.dataset.test().inputs)
    assert study.trials[0].value == 0.5  # the last epoch's, not the best
    (record,) = notebook_runs(store, plan).values()
    assert tuple(point.validation_accuracy for point in record.curve) == accuracies


def test_every_training_example_leaves_out_a_given_validation_split(texts: Path) -> None:
    dataset: Dataset = prepare(DatasetSpec(str(texts)))
    train, validation = dataset.training()
    everything = every_training_example(dataset)
    assert np.array_equal(everything.inputs, np.concatenate([train.inputs, validation.inputs]))
    assert np.array_equal(everything.labels, np.concatenate([train.labels, validation.labels]))
    given = every_training_example(replace(dataset, validation_given=True))
    assert np.array_equal(given.labels, train.labels)
