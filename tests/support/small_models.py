"""Models and data so small that they are trained in no time."""

from typing import Any

import keras
import numpy as np

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.datasets.dataset import Split
from study.training import fit as training
from study.training.curve import CurvePoint
from study.training.fit import Fit, Schedule
from study.training.model import build
from study.training.runners.choice import runner_for
from study.training.runners.epoch_runner import EpochRunner

STEPS, VOCABULARY = 6, 12
SCHEDULE: dict[str, Any] = {"epochs": 3, "patience": 3, "seed": 5}
GRU = Candidate(cell=Cell.GRU, units=5, embedding=4, learning_rate=0.01, batch_size=16)


def split(examples: int, classes: int, seed: int = 0) -> Split:
    tokens = np.random.default_rng(seed).integers(0, VOCABULARY, (examples, STEPS))
    labels = (tokens[:, -1] + tokens[:, -2]) % classes
    return Split(tokens.astype(np.int32), labels.astype(np.int32))


def model(candidate: Candidate = GRU, classes: int = 3, seed: int = 0) -> keras.Model:
    keras.backend.clear_session()
    return build(candidate, task(classes), STEPS, seed=seed)


def task(classes: int = 3) -> Task:
    return Task(VOCABULARY, classes, embedding=4)


def runner(model: keras.Model, candidate: Candidate = GRU, classes: int = 3) -> EpochRunner:
    return runner_for(model, candidate, task(classes))


def fit(
    runs: EpochRunner, data: tuple[Split, Split], *, epochs: int, patience: float, **others: Any
) -> Fit:
    return training.fit(runs, data, Schedule(epochs, patience), **others)


def go_on(_: int, __: CurvePoint) -> bool:
    return True
