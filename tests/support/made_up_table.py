"""A table of trainings that were never trained."""

from functools import cache

import numpy as np

from study.benchmark.tabulated.trainings import TrainingTable
from study.question.plan import StudyPlan, resolve
from study.question.settings import Settings
from tests.support.commands import ROOT

STORED = ROOT / "study" / "benchmark" / "tabulated" / "surnames.npz"
SEEDS = 3


@cache
def default_plan() -> StudyPlan:
    """Of the study's defaults, which are those of the stored table: 20 epochs on surnames."""
    return resolve(Settings())


def made_up() -> TrainingTable:
    """A table in which wide is better, a rate in the middle is best, and noise is small."""
    table = TrainingTable.empty(default_plan(), SEEDS)
    examples = table.plan.dataset.sizes
    noise = np.random.default_rng(0)
    for index in np.ndindex(*table.test.shape):
        cell, units, dropout, recurrent, rate, _ = index
        top = 0.68 + 0.02 * units - 0.01 * (dropout + recurrent + abs(rate - 2)) - 0.005 * cell
        ends = int(noise.integers(8, 21))
        epochs = np.arange(1, ends + 1)
        curve = top - 0.5 * np.exp(-0.3 * (rate + 1) * epochs) + noise.normal(0, 0.004, ends)
        table.validation[index][:ends] = np.rint(examples["validation"] * curve)
        table.test[index] = round(examples["test"] * (top + noise.normal(0, 0.004)))
    return table
