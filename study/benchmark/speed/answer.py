"""A whole answer: ours as the command gives it, beside the same protocol on stock Keras."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from search_spaces.candidate import Candidate, Task
from study.benchmark.jobs import open_pool, results
from study.benchmark.speed.commands import seconds_of
from study.benchmark.table import Table
from study.datasets.dataset import Dataset
from study.machine.environment import cores
from study.runs.archive import open_archive, read
from study.training.curve import CurvePoint
from study.training.job import OnLook
from study.trials.record import ConfirmationRecord, StudyRecord, TrialRecord

_EPOCHS = 4  # that are timed of each kind of training
_Run = TrialRecord | ConfirmationRecord


@dataclass(frozen=True)
class StockTimings:
    """Trainings of a study as a user of stock Keras has them, timed on a sample.

    Keras' own layers, `compile` and `fit`, in one process on every core; of every cell and
    budget the first candidate for a few epochs.
    """

    run_folder: Path

    def run(self, on_look: OnLook) -> dict[tuple[str, int], tuple[float, float]]:
        """By cell and budget: seconds until training runs, and seconds of an epoch after that."""
        archive = open_archive(self.run_folder)
        plan = archive.plan
        first: dict[tuple[str, int], Candidate] = {}
        for trial in archive.record().trials:
            if trial.candidate is not None:
                first.setdefault((trial.cell, trial.budget), trial.candidate)
        timings = {}
        for number, (kind, candidate) in enumerate(first.items(), start=1):
            timings[kind] = _timed(candidate, plan.task, plan.dataset)
            on_look(number, CurvePoint(number, 0.0, 0.0, 0.0, 0.0))
        return timings


def _timed(candidate: Candidate, task: Task, dataset: Dataset) -> tuple[float, float]:
    import keras

    from study.training.model import build, compile_model

    training, validation = dataset.training()
    ends: list[float] = []
    keras.backend.clear_session()
    start = time.perf_counter()
    model = build(candidate, task, dataset.sequence_length, seed=0, fused=False)
    compile_model(model, candidate, metrics=["accuracy"])
    model.fit(
        *training,
        batch_size=candidate.batch_size,
        epochs=_EPOCHS,
        validation_data=tuple(validation),
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter())
            )
        ],
        verbose=0,
    )
    epoch = (ends[-1] - ends[0]) / (_EPOCHS - 1)
    return ends[0] - start - epoch, epoch


def measure(flags: Sequence[str] = ()) -> list[Table]:
    """One search of the default study with its confirmation, and its trainings by stock Keras.

    Args:
        flags: Of `study.search`.

    Raises:
        UserError: The study refused its work, or a training failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        ours = ["--searches", "1", "--quiet", "--output-dir", folder, *flags]
        seconds = seconds_of("study.search", ours)
        run = Path(folder, "surnames")
        with open_pool(1, cores()) as pool:
            (timings,) = results({"Stock Keras": StockTimings(run)}, pool).values()
        record = read(run)
    runs = _runs(record)
    epochs = sum(one.epochs or 0.0 for one in runs)
    stock = sum(
        setup + (one.epochs or 0.0) * epoch
        for one in runs
        for setup, epoch in [timings[one.cell, one.budget]]
    )
    return [_table(record, len(runs), epochs, seconds, stock)]


def _runs(record: StudyRecord) -> list[_Run]:
    return [*record.trials, *record.confirmations]


def _table(record: StudyRecord, trainings: int, epochs: float, ours: float, stock: float) -> Table:
    searches = record.planned_searches.most
    training = sum(one.seconds or 0.0 for one in _runs(record))
    return Table(
        name="answer",
        title=f"A search on surnames and its confirmation: {trainings} trainings",
        columns={"by": "", "seconds": ".1f", "times stock": ".2f", "overhead": ".1%"},
        rows=[
            ("isoparam", ours, stock / ours, 1 - training / (cores() * ours)),
            ("stock Keras, the same trainings", stock, 1.0, None),
        ],
        notes=(
            f"A part of the default study: {searches} of its searches, {epochs:,.0f} epochs. Ours: "
            f"the whole command in {cores()} processes, its report included; overhead is the share "
            "of their time without training or evaluating. Stock: Keras' layers and fit in one "
            f"process on every core; {_EPOCHS} epochs of each cell at each budget were timed, and "
            "reckoned up to as many trainings and epochs.",
        ),
    )
