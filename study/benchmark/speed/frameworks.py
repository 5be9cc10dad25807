"""The same training steps by isoparam, by stock Keras, by PyTorch, and their lower limit.

Every job runs in a training process of its own, builds its model once, and then returns the
seconds that `Workload.examples` examples took. Tokens and labels are made up: how long a step
takes does not depend on them.
"""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from search_spaces.candidate import Candidate, Task
from study.datasets.dataset import Split
from study.training.job import OnEpoch

Timed = Callable[[], float]  # does the work once; returns its seconds


@dataclass(frozen=True)
class Workload:
    """A model and the shape of its data.

    Attributes:
        candidate: One recurrent layer, one direction.
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
    def products(self) -> float:
        """Floating-point operations of an epoch's matrix products.

        A step multiplies inputs and states, (batch, inputs + units), with the weights of every
        gate: once forward, and twice backward, for the inputs' and for the weights' gradient.
        """
        gates = self.candidate.cell.gates
        units, inputs = self.candidate.units, self.candidate.embedding
        return 3.0 * 2 * self.epoch * self.sequence_length * gates * units * (inputs + units)

    def data(self) -> Split:
        """Tokens by Zipf's law, as words have it, and labels by chance."""
        source = np.random.default_rng(0)
        shape = (self.examples, self.sequence_length)
        tokens = np.minimum(source.zipf(1.2, shape), self.task.vocabulary - 1).astype(np.int32)
        labels = source.integers(0, self.task.classes, self.examples, dtype=np.int32)
        return Split(tokens, labels)


@dataclass(frozen=True)
class Ours:
    """The fused layers, a whole epoch in one compiled call."""

    workload: Workload

    def run(self, on_epoch: OnEpoch) -> float:
        return _ours(self.workload)()


@dataclass(frozen=True)
class Stock:
    """Keras' own layer and `fit`, from batch to batch.

    Attributes:
        jit_compile: As `keras.Model.compile` takes it; "auto" is Keras' default.
    """

    workload: Workload
    backend: str = "tensorflow"
    jit_compile: bool | str = "auto"

    def run(self, on_epoch: OnEpoch) -> float:
        os.environ["KERAS_BACKEND"] = self.backend  # each contender has its own processes
        return _stock(self)()


@dataclass(frozen=True)
class Torch:
    """PyTorch's `nn.LSTM` or `nn.GRU`, which have no recurrent dropout."""

    workload: Workload
    threads: int

    def run(self, on_epoch: OnEpoch) -> float:
        return _torch(self)()


@dataclass(frozen=True)
class Limit:
    """The matrix products alone, at the speed of large ones."""

    workload: Workload

    def run(self, on_epoch: OnEpoch) -> float:
        share = self.workload.examples / self.workload.epoch
        return share * self.workload.products * _seconds_per_operation()


@cache
def _ours(workload: Workload) -> Timed:
    from study.training.model import build
    from study.training.runners.choice import runner_for

    model = build(workload.candidate, workload.task, workload.sequence_length, seed=0)
    runner = runner_for(model, workload.candidate, workload.task)
    runner.start()
    split, order = workload.data(), np.arange(workload.examples)

    def train() -> float:
        start = time.perf_counter()
        runner.train(split, order)
        return time.perf_counter() - start

    return train


@cache
def _stock(job: Stock) -> Timed:
    import keras

    from study.training.model import build, compile_model

    work = job.workload
    model = build(work.candidate, work.task, work.sequence_length, seed=0, fused=False)
    compile_model(model, work.candidate, jit_compile=job.jit_compile)
    split = work.data()

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
        """Notes the ends of the first and of the last batch.

        `fit` itself returns later, as it waits for the thread that tunes its input.
        """

        ends: list[float]

        def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
            self.ends = []

        def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
            if batch == 0 or batch == self.params["steps"] - 1:
                float((logs or {})["loss"])  # waits for what was only dispatched
                self.ends.append(time.perf_counter())

    clock = Clock()

    def train() -> float:
        model.fit(*split, batch_size=work.candidate.batch_size, verbose=0, callbacks=[clock])
        first, last = clock.ends
        batches: int = clock.params["steps"]
        return (last - first) * batches / (batches - 1)

    return train


@cache
def _torch(job: Torch) -> Timed:
    import torch

    from study.benchmark.speed.torch_model import SentenceClassifier

    torch.set_num_threads(job.threads)
    work = job.workload
    model = SentenceClassifier(work.candidate, work.task)
    optimizer = torch.optim.Adam(model.parameters(), lr=work.candidate.learning_rate)
    split = work.data()
    tokens = torch.from_numpy(split.tokens.astype(np.int64))
    labels = torch.from_numpy(split.labels.astype(np.int64))

    def train() -> float:
        start = time.perf_counter()
        for at in range(0, work.examples, work.candidate.batch_size):
            batch = slice(at, at + work.candidate.batch_size)
            optimizer.zero_grad()
            model.loss(tokens[batch], labels[batch]).backward()
            optimizer.step()
        return time.perf_counter() - start

    return train


def _seconds_per_operation() -> float:
    """The fastest of several large matrix products, per floating-point operation."""
    import tensorflow as tf

    size = 2048
    matrix = tf.random.normal((size, size))
    product = tf.function(tf.linalg.matmul)

    def timed() -> float:
        start = time.perf_counter()
        product(matrix, matrix).numpy()
        return time.perf_counter() - start

    return min(timed() for _ in range(6)) / (2 * size**3)
