"""A table of trainings that were never trained."""

from functools import cache

import numpy as np

from study.benchmark.tabulated.trainings import TrainingTable
from study.question.plan import StudyPlan, resolve
from study.question.settings import Settings
from tests.support.commands import ROOT

STORED = ROOT / "study" / "benchmark" / "tabulated" / "surnames.npz"


@cache
def default_plan() -> StudyPlan:
    """Of the study's defaults, which are those of the stored table."""
    return resolve(Settings())


def made_up() -> TrainingTable:
    """A table in which wide is better, a rate in the middle is best, and noise is small.

    A low rate learns slowly; all learn too much in the end, and stop before the cap.
    """
    table = TrainingTable.empty(default_plan())
    arrays, rule, sizes = table.arrays, table.rule, table.plan.dataset.sizes
    noise = np.random.default_rng(0)
    for index in np.ndindex(*table.missing.shape):
        cell, units, dropout, recurrent, rate, _ = index
        top = 0.68 + 0.02 * units - 0.01 * (dropout + recurrent + abs(rate - 2)) - 0.005 * cell
        epochs = np.arange(1, rule.epochs + 1)
        learnt = top - 0.5 * np.exp(-0.2 * (rate + 1) * epochs) - 0.001 * epochs
        loss = (1.5 - learnt + noise.normal(0, 0.004, rule.epochs)).astype(np.float32)
        ends = int(rule.trained(loss))
        arrays.loss[index][:ends] = loss[:ends]
        arrays.validation[index][:ends] = np.rint(sizes["validation"] * learnt[:ends])
        right = learnt[:ends] + noise.normal(0, 0.004)
        arrays.test[index][:ends] = np.rint(sizes["test"] * right)
        answers = np.arange(sizes["test"]) < arrays.test[index][int(rule.best(loss))]
        arrays.answers[index] = np.packbits(answers)
    return table
