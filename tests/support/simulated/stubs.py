"""Trials that train nothing, for tests of what surrounds training."""

import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from reports.comparison.declaration import declaration
from study.datasets.metric import Metric
from study.processes.limits import ProcessLimits
from study.processes.pool import Pool
from study.runs.archive import Archive
from study.runs.reporter import Published
from study.storage.store import Store
from study.training.curve import CurvePoint
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.slots import Progress, Slot
from study.trials.worker_loop import Watcher, Work, WorkerLoop
from tests.support.simulated.stub_jobs import StubJob


@dataclass
class StubWork:
    """Work whose jobs are stubs; `acts` says which slot does what."""

    ledger: Path
    acts: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0  # that every job takes

    def job(self, trial: optuna.Trial) -> StubJob:
        trial.suggest_float("x", 0, 1)
        slot = trial.user_attrs[attrs.SLOT]
        return StubJob(slot, self.acts.get(slot, "value"), self.ledger, self.seconds)

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        trial.report(point.validation_accuracy, number)
        return True

    def finish(self, queue: Queue, trial: optuna.Trial, result: Any) -> None:
        queue.finish(trial, TrialState.COMPLETE, result)

    def runs(self) -> list[int]:
        return [int(line) for line in self.ledger.read_text().split()]


class Silent:
    """A watcher that keeps what it is told."""

    def __init__(self) -> None:
        self.progress = Progress(0, 0, 0)

    def started(self, trial: optuna.Trial) -> None: ...

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> None: ...

    def ended(self, trial: optuna.Trial) -> None: ...

    def tick(self, progress: Progress) -> None:
        self.progress = progress


def run_loop(
    queue: Queue, work: Work, limits: ProcessLimits, watcher: Watcher | None = None, **options: Any
) -> bool:
    """Run a worker's loop, with the options of `WorkerLoop`, in a pool of its own."""
    with closing(Pool[optuna.Trial](limits)) as pool:
        return WorkerLoop(queue, work, pool, watcher or Silent(), **options).run()


def stub_slots(count: int) -> list[Slot]:
    return [Slot(number, {}, {attrs.CELL: "lstm"}) for number in range(count)]


def stub_study(store: Store) -> optuna.Study:
    return optuna.create_study(
        storage=store.optuna(), study_name="stub", direction="maximize", load_if_exists=True
    )


def no_picture(curve: Sequence[CurvePoint], title: str, metric: Metric) -> bytes:
    return b""


@dataclass
class SilentReporter:
    """Shows nothing: pictures decide nothing.

    Attributes:
        decides_after: So many confirmed searches.
        published: How many searches were confirmed each time.
    """

    decides_after: float = math.inf
    published: list[int] = field(default_factory=list)

    draw_curve = staticmethod(no_picture)
    declaration = staticmethod(declaration)

    def publish(self, archive: Archive) -> Published:
        record = archive.record()
        self.published.append(len(record.searches))
        decided = len(record.searches) >= self.decides_after
        return Published(archive.folder.report, "", decided, record)
