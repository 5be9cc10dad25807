"""One candidate trained and measured; knows nothing of Optuna.

A search's training sees the train and validation splits only. The test split is opened in
`study.training.scoring`, which no search imports.
"""

import gc
import hashlib
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from search_spaces.candidate import Candidate, Task
from study.datasets.metric import Metric
from study.training.curve import CurvePoint
from study.training.fit import NonFiniteLossError, Schedule, fit

if TYPE_CHECKING:
    import keras

    from study.datasets.dataset import Dataset, Split

OnLook = Callable[[int, CurvePoint], bool]  # look from 1, what it found; False stops


class TrainingError(Exception):
    """A training that can have no usable result; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a training measured.

    Attributes:
        validation_loss: The lowest, in nats; the model has the weights of that look.
        validation_accuracy: At that look, a fraction; in both, examples count as the metric says.
        seconds: From start to end, building and evaluation included.
        peak_memory: Of the training process, in MiB.
        stopped: Whether it was stopped by `on_look`.
        at_epoch_cap: Whether it ended because it had trained as long as any may.
        weights: SHA-256 of the model's weights.
    """

    validation_loss: float
    validation_accuracy: float
    curve: tuple[CurvePoint, ...]
    seconds: float
    peak_memory: float
    stopped: bool
    at_epoch_cap: bool
    weights: str


@dataclass(frozen=True, kw_only=True)
class TrainingJob:
    """A training to be done, in whichever process.

    Attributes:
        seed: Of initial weights, dropout masks and data order.
        split_seed: Of the draw of training and validation examples: see `Dataset.resplit`.
        epochs: The most to train.
        patience: Epochs without a lower validation loss before it stops.
        metric: Says how much each validation example counts; in training all count alike.
    """

    candidate: Candidate
    task: Task
    dataset: "Dataset"
    seed: int
    split_seed: int
    epochs: int
    patience: float
    metric: Metric = Metric.ACCURACY

    def run(self, on_look: OnLook) -> Result:
        """Train on its own splits.

        Raises:
            TrainingError: The loss became NaN or infinite, or memory ran out.
        """
        result, _ = self.train(self.splits(), on_look)
        return result

    def splits(self) -> "tuple[Split, Split]":
        """The examples for training and for validation."""
        return self.dataset.resplit(self.split_seed)

    def train(self, splits: "tuple[Split, Split]", on_look: OnLook) -> "tuple[Result, keras.Model]":
        """Train on (train, validation); the model has the weights of its best look."""
        from study.training.model import build
        from study.training.runners.choice import runner_for

        start = time.monotonic()
        _reset_peak_memory()
        _forget_models()
        model = build(self.candidate, self.task, self.dataset.sequence_length, seed=self.seed)
        try:
            fitted = fit(
                runner_for(model, self.candidate, self.task),
                splits,
                Schedule(self.epochs, self.patience),
                seed=self.seed,
                on_look=on_look,
                metric=self.metric,
            )
        except NonFiniteLossError as error:
            raise TrainingError(str(error)) from error
        model.set_weights(fitted.weights)
        result = Result(
            validation_loss=fitted.best.validation_loss,
            validation_accuracy=fitted.best.validation_accuracy,
            curve=fitted.curve,
            seconds=time.monotonic() - start,
            peak_memory=_peak_memory(),
            stopped=fitted.stopped,
            at_epoch_cap=fitted.at_epoch_cap,
            weights=_digest(model),
        )
        return result, model


def _forget_models() -> None:
    """Free what earlier trainings left: models are cyclic, and would add 3 MiB a trial.

    On TensorFlow the session is not cleared: its compiled programs are used again. What
    is alive when the first training begins stays, so later collections need not look at it.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        keras.backend.clear_session()
    gc.collect()
    if not gc.get_freeze_count():
        gc.freeze()


def _digest(model: "keras.Model") -> str:
    digest = hashlib.sha256()
    for weight in model.get_weights():
        digest.update(weight.tobytes())
    return digest.hexdigest()


def _reset_peak_memory() -> None:
    with suppress(OSError):  # Linux: start counting the peak anew
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_memory() -> float:
    """Peak resident memory in MiB since the last reset, or of the process where none is."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
