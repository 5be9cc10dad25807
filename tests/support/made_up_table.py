"""A table of trainings that were never trained."""

import numpy as np

from search_spaces import Budget, Cell, SpaceName, Task, search_space
from study.benchmark.tabulated.trainings import Grid, Origin, Tabulated
from tests.support.commands import ROOT

STORED = ROOT / "study" / "benchmark" / "tabulated" / "surnames.npz"
TASK = Task(vocabulary=40, classes=5, embedding=16)
SPACE = search_space(SpaceName.STANDARD, TASK, Budget(20_736), (Cell.LSTM, Cell.GRU), batch_size=64)


def origin() -> Origin:
    return Origin(
        dataset="made up",
        task=TASK,
        budget=SPACE.budget,
        batch_size=64,
        epochs=20,
        patience=3,
        seeds=3,
        seed=0,
        validation=1000,
        test=2000,
        grids=tuple(Grid.spanning(SPACE, cell) for cell in SPACE.cells),
        environment={},
    )


def made_up() -> Tabulated:
    """A table in which wide is better, a rate in the middle is best, and noise is small."""
    table = Tabulated.empty(origin())
    noise = np.random.default_rng(0)
    for index in np.ndindex(*table.origin.shape):
        cell, units, dropout, recurrent, rate, _ = index
        top = 0.68 + 0.02 * units - 0.01 * (dropout + recurrent + abs(rate - 2)) - 0.005 * cell
        ends = int(noise.integers(8, 21))
        epochs = np.arange(1, ends + 1)
        curve = top - 0.5 * np.exp(-0.3 * (rate + 1) * epochs) + noise.normal(0, 0.004, ends)
        table.validation[index][:ends] = np.rint(1000 * curve)
        table.test[index] = round(2000 * (top + noise.normal(0, 0.004)))
    return table
