"""Made-up study records for the tests of the report; the same arguments give the same record."""

import base64
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from search_spaces.matching import match
from study.datasets.facts import ClassCount, DatasetFacts, Lengths, Origin
from study.training.curve import CurvePoint
from study.trials.record import (
    BudgetRecord,
    ConfirmationRecord,
    DatasetRecord,
    Status,
    StudyRecord,
    TrialRecord,
    best_trials,
)

CELLS = ("lstm", "gru")
TASK = Task(vocabulary=60, classes=13, embedding=16)
BUDGET = Budget(20_736)
LANGUAGES = ("Czech", "Dutch", "English", "Finnish", "French", "German", "Irish", "Italian",
             "Polish", "Portuguese", "Romanian", "Spanish", "Turkish")  # fmt: skip


def facts(labels: Sequence[str], sizes: Sequence[int], **changes: object) -> DatasetFacts:
    """Of a data set of drawn splits; the first class has what the others leave over."""
    shares = [size // len(labels) for size in sizes]
    first = [size - (len(labels) - 1) * share for size, share in zip(sizes, shares, strict=True)]
    made = DatasetFacts(
        origin=Origin("the surnames", sum(sizes), "names"),
        given=(),
        level="character",
        sequence_length=20,
        classes=(ClassCount(labels[0], *first), *(ClassCount(one, *shares) for one in labels[1:])),
        lengths=Lengths(7, 13, 40),
        cut=0.001,
        unknown=0.0,
        lone_unknown=0.0,
        digits=0.0,
        repeated=0,
        copied=0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


DATASET = DatasetRecord(
    name="surnames",
    fingerprint="9f2c71d0b6a4",
    labels=LANGUAGES,
    sequence_length=20,
    level="character",
    train=8_424,
    validation=1_203,
    test=2_407,
    facts=facts(LANGUAGES, (8_424, 1_203, 2_407)),
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror="document.title=1">',
    "\u202edesrever\u202c \x00\x07\x1b[31m red",
    "' onload='alert(1) {{ 7 * 7 }} &amp; $x^2$",
    "</style><style>*{display:none}</style>",
)


def search_record(trials: int = 40, seed: int = 0) -> StudyRecord:
    """A finished search without confirmation; of every 20 trials one failed and three pruned."""
    source = random.Random(seed)
    return StudyRecord(
        name="surnames",
        cells=CELLS,
        dataset=DATASET,
        task=TASK,
        budget=BUDGET,
        margin=0.005,
        planned=trials,
        trials=tuple(trial(number, source) for number in range(trials)),
        budgets=(),
        replicates=0,
        confirmations=(),
        settings={"dataset": "surnames", "max-params": 20_736, "n-trials": trials, "seed": seed},
        seconds={"search": 4.1 * trials},
        environment={"python": "3.11.2", "keras": "3.15.1", "backend": "tensorflow 2.21.0",
                     "machine": "Linux x86_64, 2 cores"},
        resume="python -m study.search --dataset surnames --study-name surnames",
        storage="sqlite:///runs/surnames/study.db",
    )  # fmt: skip


def confirmed_record(
    trials: int = 40,
    replicates: int = 5,
    budgets: int = 4,
    gains: Sequence[float] = (0.012, 0.012, 0.012, 0.012),
    seed: int = 0,
) -> StudyRecord:
    """A search and its confirmation; the second cell is better by `gains` at each budget."""
    searched = search_record(trials, seed)
    plan = tuple(_budget(budget) for budget in BUDGET.ladder(budgets))
    return replace(
        searched,
        budgets=plan,
        replicates=replicates,
        chosen={cell: best.number for cell, best in best_trials(searched.trials).items()},
        confirmations=_confirmations(plan, replicates, gains, np.random.default_rng(seed)),
        seconds={"search": 4.1 * trials, "confirm": 6.0 * replicates * budgets},
    )


def incomplete_record() -> StudyRecord:
    """Half-way through: trials running, planned, requeued; confirmations failed and missing."""
    record = confirmed_record(trials=30, replicates=3, budgets=2)
    back = [
        replace(one, status=Status.REQUEUED, validation_accuracy=None, reason="interrupted")
        for one in record.trials[4:6]
    ]
    waiting = [
        replace(one, status=status, candidate=None, cell_parameters=None, model_parameters=None,
                validation_accuracy=None, curve=(), hyperparameters={}, excess=None)
        for one, status in zip(record.trials[6:8], (Status.RUNNING, Status.PLANNED), strict=True)
    ]  # fmt: skip
    trials = (*record.trials[:4], *back, *waiting, *record.trials[8:])
    broken = replace(
        record.confirmations[0], status=Status.FAILED, test_accuracy=None, correct=None, curve=(),
        reason="the loss is not finite after epoch 2", inference_microseconds=None,
        training_seconds=None, seconds=None, validation_accuracy=None, epochs=None,
    )  # fmt: skip
    return replace(record, trials=trials, confirmations=(broken, *record.confirmations[1:-1]))


def hostile_record() -> StudyRecord:
    """Every text that a user, a file or an error can put into a record tries to break out."""
    record = incomplete_record()
    script, image, reversing, quotes, style = HOSTILE
    failing = [
        replace(one, reason=HOSTILE[one.number % len(HOSTILE)], hyperparameters={script: image})
        for one in record.trials
    ]
    return replace(
        record,
        name=script,
        dataset=replace(
            record.dataset,
            name=image,
            labels=HOSTILE,
            fingerprint=style,
            level=script,
            facts=facts(
                HOSTILE,
                (600, 100, 200),
                origin=Origin(script, 900, "files", (image, quotes)),
                level=reversing,
            ),
        ),
        trials=tuple(failing),
        confirmations=tuple(replace(run, reason=quotes) for run in record.confirmations),
        settings={script: reversing, quotes: [style, image]},
        environment={style: script, reversing: image},
        resume=f"python -m study.search --dataset {quotes} {script}",
        storage=f"sqlite:///{image}",
    )


def trial(number: int, source: random.Random) -> TrialRecord:
    """One search trial; the cells take turns."""
    name = CELLS[number % 2]
    cell = Cell(name)
    widest = BUDGET.largest(Candidate(cell=cell, units=1, embedding=TASK.embedding), TASK)
    candidate = Candidate(
        cell=cell,
        units=max(2, round(widest ** source.uniform(0.4, 1.0))),
        embedding=TASK.embedding,
        dropout=source.uniform(0, 0.5),
        recurrent_dropout=source.uniform(0, 0.5),
        learning_rate=math.exp(source.uniform(math.log(3e-4), math.log(1e-2))),
        batch_size=64,
    )
    status = {3: Status.FAILED, 7: Status.PRUNED, 12: Status.PRUNED, 17: Status.PRUNED}.get(
        number % 20, Status.COMPLETE
    )
    accuracy = _accuracy(candidate) + source.gauss(0, 0.008)
    epochs = 4 if status is Status.PRUNED else source.randint(12, 30)
    curve = _curve(accuracy, epochs, source.uniform(0.15, 0.5))
    failed = status is Status.FAILED
    return TrialRecord(
        number=number,
        slot=number,
        cell=name,
        status=status,
        candidate=candidate,
        cell_parameters=candidate.cell_parameters,
        model_parameters=candidate.model_parameters(TASK),
        validation_accuracy=None if failed else max(point.validation_accuracy for point in curve),
        epochs=epochs,
        seconds=0.4 * epochs + candidate.units / 40,
        peak_memory=700 + source.uniform(0, 40),
        seed=source.randrange(2**31),
        curve=() if failed else curve,
        hyperparameters=_sampled(candidate),
        reason={
            Status.FAILED: "the loss is not finite after epoch 3",
            Status.PRUNED: "behind the median of its cell after epoch 4",
        }.get(status),
        excess=candidate.cell_parameters - BUDGET.limit,
    )


def _accuracy(candidate: Candidate) -> float:
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
                loss=round(2.4 * math.exp(-rate * epoch) + 0.5, 6),
                accuracy=round(min(0.99, 0.1 + (best - 0.04) * share + 0.002 * epoch), 6),
                validation_loss=round(2.4 * math.exp(-rate * epoch) + 0.7 + late, 6),
                validation_accuracy=round(0.1 + (best - 0.1) * share - late, 6),
            )
        )
    return tuple(points)


def _budget(budget: Budget) -> BudgetRecord:
    shapes = [
        Candidate(cell=Cell(name), units=1, embedding=TASK.embedding, dropout=0.12,
                  recurrent_dropout=0.05, learning_rate=3e-3, batch_size=64)
        for name in CELLS
    ]  # fmt: skip
    matched = match(shapes, budget, TASK)
    return BudgetRecord(
        limit=budget.limit,
        candidates=dict(zip(CELLS, matched.candidates, strict=True)),
        counts=dict(zip(CELLS, matched.counts, strict=True)),
        within_tolerance=matched.within_tolerance,
    )


def _confirmations(
    plan: Sequence[BudgetRecord],
    replicates: int,
    gains: Sequence[float],
    generator: np.random.Generator,
) -> tuple[ConfirmationRecord, ...]:
    runs: list[ConfirmationRecord] = []
    difficulty = generator.normal(size=DATASET.test)
    for budget, gain in zip(plan, gains, strict=False):
        for replicate in range(replicates):
            luck = generator.normal(0, 0.004)
            for name in CELLS:
                candidate = budget.candidates[name]
                level = _accuracy(candidate) - 0.012 + luck + generator.normal(0, 0.003)
                level += gain if name == CELLS[1] else 0.0
                runs.append(_run(len(runs), budget, replicate, candidate, level, difficulty))
    return tuple(runs)


def _run(
    number: int,
    budget: BudgetRecord,
    replicate: int,
    candidate: Candidate,
    level: float,
    difficulty: np.ndarray,
) -> ConfirmationRecord:
    generator = np.random.default_rng([budget.limit, replicate, candidate.units])
    noisy = difficulty + generator.normal(0, 0.35, size=len(difficulty))
    correct = noisy <= np.quantile(noisy, level)
    seconds = 3.0 + candidate.cell_parameters / 4_000
    return ConfirmationRecord(
        number=number,
        cell=candidate.cell.value,
        budget=budget.limit,
        replicate=replicate,
        status=Status.COMPLETE,
        candidate=candidate,
        cell_parameters=candidate.cell_parameters,
        model_parameters=candidate.model_parameters(TASK),
        test_accuracy=float(correct.mean()),
        validation_accuracy=level + 0.004,
        epochs=22,
        seconds=seconds + 0.5,
        training_seconds=seconds + float(generator.uniform(0, 0.8)),
        inference_microseconds=20 + candidate.units / 3 + float(generator.uniform(0, 2)),
        correct=base64.b64encode(np.packbits(correct).tobytes()).decode(),
        weights=f"{number:064x}",
        curve=_curve(level + 0.004, 22, 0.3),
        reason=None,
    )
