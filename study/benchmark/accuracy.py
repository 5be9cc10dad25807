"""Whether what is trained fast is as accurate: ours beside stock Keras, over several seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.benchmark.intervals import difference, require_repetitions
from study.benchmark.jobs import open_pool, results
from study.benchmark.table import Table, Value
from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.prepare import prepare
from study.machine.environment import cores
from study.training.job import OnLook

if TYPE_CHECKING:
    from study.training.runners.epoch_runner import EpochRunner

_CELLS = (Cell.LSTM, Cell.GRU)
_UNITS = 128  # the notebook's


@dataclass(frozen=True)
class AccuracyJob:
    """One model trained for a fixed number of epochs, and scored once on the test split.

    Nothing is chosen by that score: it is measured to compare two ways of training.
    """

    cell: Cell
    task: Task
    dataset: Dataset
    seed: int
    epochs: int
    stock: bool

    @property
    def candidate(self) -> Candidate:
        """The notebook's model, on the task's embedding."""
        return Candidate(
            cell=self.cell,
            units=_UNITS,
            embedding=self.task.embedding,
            dropout=0.2,
            recurrent_dropout=0.2,
        )

    def run(self, on_look: OnLook) -> float:
        """The test accuracy, a fraction."""
        runner = self._stock() if self.stock else self._ours()
        _, correct = runner.evaluate(self.dataset.test())
        return float(np.mean(correct))

    def _ours(self) -> "EpochRunner":
        from study.training.model import build
        from study.training.runners.choice import runner_for

        model = build(self.candidate, self.task, self.dataset.sequence_length, seed=self.seed)
        runner = runner_for(model, self.candidate, self.task)
        runner.start()
        training, _ = self.dataset.training()
        orders = np.random.default_rng(self.seed)
        for _ in range(self.epochs):
            runner.train(training, orders.permutation(len(training.labels)))
        return runner

    def _stock(self) -> "EpochRunner":
        from study.training.model import build, compile_model
        from study.training.runners.on_any_backend import GenericRunner

        sequence_length = self.dataset.sequence_length
        model = build(self.candidate, self.task, sequence_length, seed=self.seed, fused=False)
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
        UserError: The data set cannot be read, a training failed, or there is one seed only.
    """
    require_repetitions(seeds)
    dataset = prepare(DatasetSpec(source=source))
    jobs = _jobs(dataset, seeds, epochs)
    with open_pool(cores()) as pool:
        accuracies = results({_name(job): job for job in jobs}, pool)
    rows = []
    for cell in _CELLS:
        ours, stock = (
            [accuracies[_name(job)] for job in jobs if (job.cell, job.stock) == (cell, which)]
            for which in (False, True)
        )
        rows.append((f"{cell.display_name}({_UNITS})", *compared(ours, stock)))
    return [
        Table(
            name="accuracy",
            title=f"Test accuracy on {dataset.name} after {epochs} epochs, {seeds} seeds",
            columns={
                "model": "",
                "ours": ".2%",
                "stock": ".2%",
                "ours less stock, points": "+.2f",
                "95 % low": "+.2f",
                "95 % high": "+.2f",
                "seeds' deviation, points": ".2f",
            },
            rows=rows,
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
    deviation = np.sqrt((np.var(ours, ddof=1) + np.var(stock, ddof=1)) / 2)
    points = (*difference(ours, stock), deviation)
    return float(np.mean(ours)), float(np.mean(stock)), *(100 * float(value) for value in points)


def _jobs(dataset: Dataset, seeds: int, epochs: int) -> list[AccuracyJob]:
    task = Task(dataset.vocabulary, len(dataset.labels), dataset.embedding)
    return [
        AccuracyJob(cell, task, dataset, seed, epochs, stock)
        for cell in _CELLS
        for seed in range(seeds)
        for stock in (False, True)
    ]


def _name(job: AccuracyJob) -> str:
    return f"{'Stock' if job.stock else 'Our'} {job.cell.display_name} of seed {job.seed}"
