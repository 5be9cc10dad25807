"""Whether what is trained fast is as accurate: ours beside stock Keras, over several seeds."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.benchmark.table import Column, Table, Value
from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.prepare import prepare
from study.machine.environment import cores
from study.processes.limits import ProcessLimits
from study.processes.pool import work_off
from study.processes.training_process import Finished, Refused
from study.training.job import OnEpoch, TrainingError

if TYPE_CHECKING:
    from study.training.runners.epoch_runner import EpochRunner

_UNITS = {Cell.LSTM: 128, Cell.GRU: 128}  # the notebook's


@dataclass(frozen=True)
class Scored:
    """One model trained for a fixed number of epochs, and scored once on the test split.

    Nothing is chosen by that score: it is measured to compare two ways of training.
    """

    candidate: Candidate
    task: Task
    dataset: Dataset
    seed: int
    epochs: int
    stock: bool

    def run(self, on_epoch: OnEpoch) -> float:
        """The test accuracy, a fraction."""
        from study.training.model import build

        sequence_length = self.dataset.sequence_length
        model = build(
            self.candidate, self.task, sequence_length, seed=self.seed, fused=not self.stock
        )
        runner = (self._fit_stock if self.stock else self._fit_ours)(model)
        _, correct = runner.evaluate(self.dataset.test())
        return float(np.mean(correct))

    def _fit_ours(self, model: Any) -> "EpochRunner":
        from study.training.runners.choice import runner_for

        runner = runner_for(model, self.candidate, self.task)
        runner.start()
        training, _ = self.dataset.training()
        orders = np.random.default_rng(self.seed)
        for _ in range(self.epochs):
            runner.train(training, orders.permutation(len(training.labels)))
        return runner

    def _fit_stock(self, model: Any) -> "EpochRunner":
        from study.training.model import compile_model
        from study.training.runners.on_any_backend import GenericRunner

        compile_model(model, self.candidate, jit_compile=True)  # the same in half the time
        training, _ = self.dataset.training()
        batch_size = self.candidate.batch_size
        model.fit(*training, epochs=self.epochs, batch_size=batch_size, verbose=0)
        runner = GenericRunner()
        runner.load(model, self.candidate)
        return runner


def measure(seeds: int, source: str, epochs: int = 2) -> list[Table]:
    """Test accuracies of LSTM(128) and GRU(128) by both, and the difference with its interval.

    Args:
        source: A data set, as `study.search --dataset` takes it.

    Raises:
        UserError: The data set cannot be read.
    """
    dataset = prepare(DatasetSpec(source=source))
    task = Task(dataset.vocabulary, len(dataset.labels), dataset.embedding)
    jobs = {
        f"{cell} {seed} {stock}": Scored(_candidate(cell, task), task, dataset, seed, epochs, stock)
        for cell in _UNITS
        for seed in range(seeds)
        for stock in (False, True)
    }
    scores = _scores(jobs)
    rows = []
    for cell, units in _UNITS.items():
        ours, stock = (
            [scores[f"{cell} {seed} {which}"] for seed in range(seeds)] for which in (False, True)
        )
        rows.append((f"{cell.name}({units})", *compared(ours, stock)))
    return [
        Table(
            name="accuracy",
            title=f"Test accuracy on {dataset.name} after {epochs} epochs, {seeds} seeds",
            columns=(
                Column("model"),
                Column("ours", ".2%"),
                Column("stock", ".2%"),
                Column("ours less stock, points", "+.2f"),
                Column("95 % low", "+.2f"),
                Column("95 % high", "+.2f"),
                Column("seeds' deviation, points", ".2f"),
            ),
            rows=tuple(rows),
            notes=("Initial weights are the same for the same seed; masks and order are not.",),
        )
    ]


def compared(ours: Sequence[float], stock: Sequence[float]) -> tuple[Value, ...]:
    """Means, their difference with its interval by Welch's t, and the spread over seeds.

    Args:
        ours, stock: Accuracies as fractions, at least two of each.

    Returns:
        Two fractions, then points.
    """
    test = stats.ttest_ind(ours, stock, equal_var=False)
    interval = test.confidence_interval(0.95)
    deviation = np.sqrt((np.var(ours, ddof=1) + np.var(stock, ddof=1)) / 2)
    difference = np.mean(ours) - np.mean(stock)
    points = (difference, interval.low, interval.high, deviation)
    return float(np.mean(ours)), float(np.mean(stock)), *(100 * float(value) for value in points)


def _candidate(cell: Cell, task: Task) -> Candidate:
    return Candidate(
        cell=cell,
        units=_UNITS[cell],
        embedding=task.embedding,
        dropout=0.2,
        recurrent_dropout=0.2,
    )


def _scores(jobs: dict[str, Scored]) -> dict[str, float]:
    scores: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        limits = ProcessLimits(jobs=cores(), cores=cores(), log=Path(folder, "log"))
        for name, message in work_off(jobs, limits, stopping=lambda: False):
            match message:
                case Finished(result):
                    scores[name] = float(result)
                case Refused(reason):
                    raise TrainingError(f"{name}: {reason}")
    return scores
