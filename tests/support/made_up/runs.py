"""Made-up trials and runs, whose accuracy follows from their size and hyperparameters."""

import base64
import math
import random
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.training.curve import CurvePoint
from study.training.scoring import pack_counts
from study.trials.record import (
    ConfirmationRecord,
    Status,
    TrialRecord,
)
from tests.support.made_up.data import BUDGET, TASK, TEST_LABELS


def trial(number: int, search: int, limit: int, name: str, source: random.Random) -> TrialRecord:
    """One search trial."""
    candidate = _candidate(Cell(name), limit, source)
    status = {3: Status.FAILED, 7: Status.PRUNED, 12: Status.PRUNED, 17: Status.PRUNED}.get(
        number % 20, Status.COMPLETE
    )
    accuracy = accuracy_of(candidate) + source.gauss(0, 0.008)
    epochs = 4 if status is Status.PRUNED else source.randint(12, 30)
    curve = _curve(accuracy, epochs, source.uniform(0.15, 0.5))
    best = min(curve, key=lambda point: point.validation_loss)
    failed, pruned = status is Status.FAILED, status is Status.PRUNED
    return TrialRecord(
        number=number,
        slot=number,
        search=search,
        cell=name,
        budget=limit,
        status=status,
        candidate=candidate,
        cell_parameters=candidate.cell_parameters,
        model_parameters=candidate.model_parameters(TASK),
        validation_loss=None if failed else best.validation_loss,
        validation_accuracy=None if failed or pruned else best.validation_accuracy,
        epochs=epochs,
        seconds=0.4 * epochs + candidate.units / 40,
        peak_memory=700 + source.uniform(0, 40),
        seed=source.randrange(2**31),
        curve=() if failed else curve,
        hyperparameters=_sampled(candidate),
        reason={
            Status.FAILED: "the loss is not finite after epoch 3",
            Status.PRUNED: "not expected to reach the best after epoch 4",
        }.get(status),
        excess=candidate.cell_parameters - limit,
    )


def _candidate(cell: Cell, limit: int, source: random.Random) -> Candidate:
    widest = Budget(limit).largest(Candidate(cell=cell, units=1, embedding=TASK.embedding), TASK)
    return Candidate(
        cell=cell,
        units=max(2, round(widest ** source.uniform(0.75, 1.0))),
        embedding=TASK.embedding,
        dropout=source.uniform(0, 0.5),
        recurrent_dropout=source.uniform(0, 0.5),
        learning_rate=math.exp(source.uniform(math.log(3e-4), math.log(3e-2))),
        batch_size=64,
    )


def accuracy_of(candidate: Candidate) -> float:
    size = 0.36 + 0.1 * math.log10(candidate.cell_parameters)
    rate = -0.05 * abs(math.log10(candidate.learning_rate / 3e-3))
    return size + rate - 0.06 * (candidate.dropout - 0.1) ** 2 - 0.02 * candidate.recurrent_dropout


def _sampled(candidate: Candidate) -> Mapping[str, float]:
    return {
        "units": candidate.units,
        "dropout": candidate.dropout,
        "recurrent_dropout": candidate.recurrent_dropout,
        "learning_rate": candidate.learning_rate,
    }


def _curve(best: float, epochs: int, rate: float) -> tuple[CurvePoint, ...]:
    points = []
    for epoch in range(1, epochs + 1):
        share = 1 - math.exp(-rate * epoch)
        late = 0.0006 * max(0, epoch - 18)
        points.append(
            CurvePoint(
                epoch=float(epoch),
                loss=round(2.4 * math.exp(-rate * epoch) + 0.5, 6),
                accuracy=round(min(0.99, 0.1 + (best - 0.04) * share + 0.002 * epoch), 6),
                validation_loss=round(3.2 * (1 - 0.1 - (best - 0.1) * share) + 10 * late, 6),
                validation_accuracy=round(0.1 + (best - 0.1) * share - late, 6),
            )
        )
    return tuple(points)


def run_of(
    number: int, candidate: Candidate, level: float, difficulty: np.ndarray
) -> ConfirmationRecord:
    generator = np.random.default_rng([number, candidate.units])
    noisy = difficulty + generator.normal(0, 0.35, size=len(difficulty))
    correct = noisy <= np.quantile(noisy, level)
    taken_for = (TEST_LABELS + 1 + np.arange(len(correct)) % 2) % TASK.classes  # where it is wrong
    seconds = 3.0 + candidate.cell_parameters / 4_000
    return ConfirmationRecord(
        number=number,
        search=1,
        cell=str(candidate.cell),
        budget=BUDGET.limit,
        replicate=0,
        status=Status.COMPLETE,
        candidate=candidate,
        cell_parameters=candidate.cell_parameters,
        model_parameters=candidate.model_parameters(TASK),
        test_accuracy=float(correct.mean()),
        validation_loss=3.2 * (1 - level),
        validation_accuracy=level + 0.004,
        epochs=22.0,
        at_epoch_cap=False,
        seconds=seconds + 0.5,
        training_seconds=seconds + float(generator.uniform(0, 0.8)),
        inference_microseconds=20 + candidate.units / 3 + float(generator.uniform(0, 2)),
        correct=base64.b64encode(np.packbits(correct).tobytes()).decode(),
        confusion=pack_counts(TEST_LABELS, np.where(correct, TEST_LABELS, taken_for), TASK.classes),
        weights=f"{number:064x}",
        curve=_curve(level + 0.004, 22, 0.3),
        reason=None,
    )


def failed_run(run: ConfirmationRecord) -> ConfirmationRecord:
    """The same run, had its loss become NaN."""
    return replace(
        run, status=Status.FAILED, test_accuracy=None, correct=None, curve=(),
        reason="the loss is not finite after epoch 2", inference_microseconds=None,
        training_seconds=None, seconds=None, validation_accuracy=None, validation_loss=None,
        epochs=None, at_epoch_cap=None,
    )  # fmt: skip
