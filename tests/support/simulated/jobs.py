"""Jobs that train nothing, but find what a training might; light, as stub jobs are.

The law is that of a GRU on `imdb`: about 85.5 % right on test, 0.4 points of spread over the
seeds, and two seeds that disagree on one example in ten, since an example is as hard for one
model as for another. Dropout costs up to 0.2 points, and the cell's name changes nothing.
"""

import base64
import hashlib
import math
import threading
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from search_spaces.cells import Cell
from study.training.curve import CurvePoint
from study.training.job import OnLook, Result, TrainingError, TrainingJob
from study.training.linear_baseline import LinearBaselineJob, LinearScore
from study.training.saving import SavingJob
from study.training.scoring import ConfirmationJob, Score
from study.training.speed import Speed

HARDNESS = 0.84  # share of the variance of right and wrong that lies in the examples
SIMULATED = "simulated"
VALIDATION, TEST = 0, 1  # whose examples; either split has its own


class SimulatedTraining(TrainingJob):
    """A training by that law."""

    def run(self, on_look: OnLook) -> Result:
        curve: list[CurvePoint] = []
        examples = self.dataset.sizes["validation"]
        proceed = True
        while proceed and len(curve) < self.epochs:
            learnt = 1 - math.exp(-3 - len(curve))
            accuracy = float(self.answers(VALIDATION, examples, learnt).mean())
            loss = 1 - accuracy
            curve.append(CurvePoint(len(curve) + 1.0, loss, accuracy, loss, accuracy))
            proceed = on_look(len(curve), curve[-1])
        best = min(curve, key=lambda point: point.validation_loss)
        return Result(
            validation_loss=best.validation_loss,
            validation_accuracy=best.validation_accuracy,
            curve=tuple(curve),
            seconds=1.0,
            peak_memory=1.0,
            stopped=not proceed,
            at_epoch_cap=proceed,
            weights=self.weights(),
        )

    def weights(self) -> str:
        """The same for the same candidate and seed, as on like machines."""
        told = f"{SIMULATED} {self.seed} {self.split_seed} {self.candidate}"
        return hashlib.sha256(told.encode()).hexdigest()

    def answers(self, split: int, examples: int, learnt: float = 1.0) -> NDArray[np.bool_]:
        """Which examples are answered rightly, (examples,)."""
        units, dropout = self.candidate.units, self.candidate.dropout
        random = np.random.default_rng([self.seed, units, int(1e9 * dropout)])
        accuracy = 0.847 + 0.003 * math.log2(units / 8) - 0.02 * (dropout - 0.2) ** 2
        skill = NormalDist().inv_cdf(learnt * (accuracy + random.normal(0, 0.004)))
        difficulty = np.random.default_rng(split).normal(size=examples)
        luck = random.normal(size=examples)
        return math.sqrt(HARDNESS) * difficulty + math.sqrt(1 - HARDNESS) * luck < skill


class SimulatedConfirmation(ConfirmationJob):
    """Such a training, scored on as many examples as the test split has."""

    training: SimulatedTraining

    def run(self, on_look: OnLook) -> Score:
        result = self.training.run(on_look)
        correct = self.training.answers(TEST, len(self.training.dataset.test().labels))
        if self.save_to is not None:
            write(result, self.save_to)
        return Score(
            training=result,
            test_accuracy=float(correct.mean()),
            correct=base64.b64encode(np.packbits(correct).tobytes()).decode("ascii"),
            confusion="",
            speed=Speed(epoch=1.0, inference=1.0),
        )


class SimulatedBaseline(LinearBaselineJob):
    """A linear model that is right of every second test example."""

    def run(self, on_look: OnLook) -> LinearScore:
        correct = np.arange(len(self.dataset.test().labels)) % 2 == 0
        return LinearScore(
            accuracy=float(correct.mean()),
            correct=base64.b64encode(np.packbits(correct).tobytes()).decode("ascii"),
            description=SIMULATED,
            examples=1,
            converged=True,
            seconds=1.0,
        )


class SimulatedSaving(SavingJob):
    """Such a training, whose model is kept."""

    def run(self, on_look: OnLook) -> Result:
        result = self.training.run(on_look)
        write(result, self.save_to)
        return result


class OtherwiseRounded(SavingJob):
    """The same on a machine that rounds otherwise."""

    def run(self, on_look: OnLook) -> Result:
        result = replace(self.training.run(on_look), weights="f" * 64)
        write(result, self.save_to)
        return result


def write(result: Result, path: Path) -> None:
    """A model's file, which holds nothing but the weights' digest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(result.weights)


class FailingTraining(SimulatedTraining):
    """Such a training; none of a GRU ever ends well."""

    def run(self, on_look: OnLook) -> Result:
        if self.candidate.cell is Cell.GRU:
            raise TrainingError("The training loss became nan.")
        return super().run(on_look)


class FailingConfirmation(SimulatedConfirmation):
    """The same, confirmed."""

    training: FailingTraining


class HangingConfirmation(SimulatedConfirmation):
    """That of a GRU takes for ever."""

    def run(self, on_look: OnLook) -> Score:
        if self.training.candidate.cell is Cell.GRU:
            threading.Event().wait()
        return super().run(on_look)
