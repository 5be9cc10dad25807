"""The same training steps by isoparam, by stock Keras, by PyTorch, and their lower limit.

Every job runs in a training process of its own, builds its model once, and then returns the
seconds that `Workload.examples` examples took. Tokens and labels are made up: how long a step
takes does not depend on them.
"""

import math
import os
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import numpy as np

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.datasets.dataset import Split
from study.training.job import OnLook, TrainingError

Timed = Callable[[], float]  # does the work once; returns its seconds


@dataclass(frozen=True)
class Workload:
    """A model and the shape of its data.

    Attributes:
        candidate: One recurrent layer, one direction.
        sequence_length: Tokens per example.
        epoch: Examples of a whole epoch.
        examples: Examples that a job trains on, at least three batches.
    """

    name: str
    candidate: Candidate
    task: Task
    sequence_length: int
    epoch: int
    examples: int

    @property
    def key(self) -> str:
        """The name in JSON."""
        return "_".join(re.findall(r"\w+", self.name.lower()))

    @property
    def operations(self) -> float:
        """Floating-point operations of an epoch's matrix products.

        A step multiplies inputs and states, (batch, inputs + units), with the weights of every
        gate: once forward, and twice backward, for the inputs' and for the weights' gradient.
        """
        units, inputs = self.candidate.units, self.candidate.embedding
        blocks = self.candidate.cell.blocks
        assert blocks  # every built-in cell's
        weights = units * (blocks.inputs * inputs + blocks.state * units)
        return 3.0 * 2 * self.epoch * self.sequence_length * weights

    def data(self) -> Split:
        """Tokens by Zipf's law, as words have it, and labels by chance."""
        source = np.random.default_rng(0)
        shape = (self.examples, self.sequence_length)
        tokens = np.minimum(source.zipf(1.2, shape), self.task.vocabulary - 1).astype(np.int32)
        labels = source.integers(0, self.task.classes, self.examples, dtype=np.int32)
        return Split(tokens, labels)


@dataclass(frozen=True)
class StepsJob(ABC):
    """Trains on the workload's examples; what it builds stays in its process.

    Attributes:
        framework: The package that does the work.
    """

    workload: Workload
    framework: str = "tensorflow"

    def run(self, on_look: OnLook) -> float:
        """The seconds that the examples took.

        Raises:
            TrainingError: The framework is broken.
        """
        try:
            import_module(self.framework)
        except ImportError as error:
            raise TrainingError(f"{self.framework} cannot be imported ({error})") from error
        return _prepared(self)()

    @abstractmethod
    def prepare(self) -> Timed:
        """Build the model."""


@cache
def _prepared(job: StepsJob) -> Timed:
    return job.prepare()


class FusedSteps(StepsJob):
    """The fused layers, a whole epoch in one compiled call."""

    def prepare(self) -> Timed:
        from study.training.model import build
        from study.training.runners.choice import runner_for

        work = self.workload
        model = build(work.candidate, work.task, work.sequence_length, seed=0)
        runner = runner_for(model, work.candidate, work.task)
        runner.start()
        split, order = work.data(), np.arange(work.examples)
        return lambda: _seconds(lambda: runner.train(split, order))


@dataclass(frozen=True)
class StockSteps(StepsJob):
    """Keras' own layer and `fit`, from batch to batch; the framework is its backend.

    Attributes:
        jit_compile: As `keras.Model.compile` takes it; "auto" is Keras' default.
    """

    jit_compile: bool | str = "auto"

    def prepare(self) -> Timed:
        os.environ["KERAS_BACKEND"] = self.framework  # each contender has its own processes
        import keras

        from study.training.model import build, compile_model

        work, batch_size = self.workload, self.workload.candidate.batch_size
        model = build(work.candidate, work.task, work.sequence_length, seed=0, fused=False)
        compile_model(model, work.candidate, jit_compile=self.jit_compile)
        split, batches = work.data(), math.ceil(work.examples / batch_size)
        ends: list[float] = []

        def note(batch: int, logs: Mapping[str, float]) -> None:
            """The ends of the first and of the last batch.

            `fit` itself returns later, as it waits for the thread that tunes its input.
            """
            if batch in (0, batches - 1):
                float(logs["loss"])  # waits for what was only dispatched
                ends.append(time.perf_counter())

        clock = keras.callbacks.LambdaCallback(on_train_batch_end=note)

        def train() -> float:
            ends.clear()
            model.fit(*split, batch_size=batch_size, verbose=0, callbacks=[clock])
            first, last = ends
            return (last - first) * batches / (batches - 1)

        return train


class TorchSteps(StepsJob):
    """PyTorch's `nn.LSTM` or `nn.GRU` in one thread; they have no recurrent dropout."""

    def prepare(self) -> Timed:
        import torch
        from torch import nn

        torch.set_num_threads(1)
        work, candidate = self.workload, self.workload.candidate
        embedding = nn.Embedding(work.task.vocabulary, candidate.embedding)
        dropout = nn.Dropout(candidate.dropout)
        layer = {Cell.LSTM: nn.LSTM, Cell.GRU: nn.GRU}[candidate.cell]
        recurrent = layer(candidate.embedding, candidate.units, batch_first=True)
        classes = nn.Linear(candidate.units, work.task.outputs)
        model = nn.ModuleList([embedding, dropout, recurrent, classes])
        optimizer = torch.optim.Adam(model.parameters(), lr=candidate.learning_rate)
        binary = work.task.outputs == 1
        loss = nn.BCEWithLogitsLoss() if binary else nn.CrossEntropyLoss()
        split = work.data()
        tokens = torch.from_numpy(split.inputs.astype(np.int64))
        labels = torch.from_numpy(split.labels.astype(np.int64))
        targets = labels[:, None].float() if binary else labels

        def train() -> None:
            for at in range(0, work.examples, candidate.batch_size):
                batch = slice(at, at + candidate.batch_size)
                states, _ = recurrent(dropout(embedding(tokens[batch])))
                optimizer.zero_grad()
                loss(classes(states[:, -1]), targets[batch]).backward()
                optimizer.step()

        return lambda: _seconds(train)


class MatrixProducts(StepsJob):
    """The matrix products alone, at the speed of large ones: the fastest of several."""

    def prepare(self) -> Timed:
        import tensorflow as tf

        size = 2048
        matrix = tf.random.normal((size, size))
        product = tf.function(tf.linalg.matmul)
        share = self.workload.examples / self.workload.epoch
        products = share * self.workload.operations / (2 * size**3)
        return lambda: (
            products * min(_seconds(lambda: product(matrix, matrix).numpy()) for _ in range(6))
        )


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
