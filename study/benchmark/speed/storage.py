"""The storage: trials a second of many workers, asking in a long study, and its report."""

import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path

import optuna
from optuna.trial import TrialState

from study.benchmark.speed.commands import seconds_of
from study.benchmark.speed.synthetic import planned_slots, synthetic_study
from study.benchmark.table import Table
from study.phases.search import SearchWork, open_search
from study.storage.sqlite import FileStore
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.slots import Slot

WORKERS = (1, 2, 4, 8)
LONG = 10_000  # trials
REPORTED = 1_000  # trials
_EACH = 40  # trials of each number of workers, times it


def measure(rounds: int) -> list[Table]:
    """Throughput, and the time to ask for one more trial in a study of 10,000."""
    with tempfile.TemporaryDirectory() as folder:
        asks = asking_seconds(Path(folder), LONG, rounds)
    rates = {workers: [throughput(workers) for _ in range(rounds)] for workers in WORKERS}
    return [
        Table(
            name="storage",
            title=f"SQLite, trials a second ({rounds} rounds)",
            columns={"workers": "d", "median": ".1f", "most": ".1f"},
            rows=[(n, statistics.median(rate), max(rate)) for n, rate in rates.items()],
            notes=("Each trial is asked for, reports one epoch and is finished; nothing trains.",),
        ),
        Table(
            name="ask",
            title=f"One more trial in a study of {LONG:,} finished ones, seconds",
            columns={"asked": "", "median": ".3f", "most": ".3f"},
            rows=[("ask, and sample its parameters", statistics.median(asks), max(asks))],
        ),
    ]


def measure_report(rounds: int) -> list[Table]:
    """Seconds that the report of a study of 1,000 trials takes, TensorFlow never loaded."""
    with tempfile.TemporaryDirectory() as folder:
        _, run = synthetic_study(REPORTED, Path(folder))
        seconds = [seconds_of("reports", [str(run.path), "--quiet"]) for _ in range(rounds)]
        size = run.report.stat().st_size
    return [
        Table(
            name="report",
            title=f"Report of {REPORTED:,} trials ({rounds} rounds)",
            columns={"what": "", "median s": ".2f", "most s": ".2f", "bytes": ",d"},
            rows=[("python -m reports RUN", statistics.median(seconds), max(seconds), size)],
        )
    ]


def asking_seconds(folder: Path, trials: int, asks: int) -> list[float]:
    """Seconds of asking for a trial, and sampling it, in a study of so many finished ones."""
    plan, run = synthetic_study(trials, folder, planned=trials + asks + 1)
    store = FileStore(run.database)  # as a command that has just been started
    study = open_search(store, plan)
    work = SearchWork(plan, run, draw_curve=lambda *_: b"")
    with store.lease() as owner:
        queue = Queue(study, store, owner)
        queue.enqueue(planned_slots(plan))
        seconds = []
        for _ in range(asks + 1):
            start = time.perf_counter()
            trial = queue.ask()
            assert trial is not None  # so many are planned
            queue.in_transaction(trial, work.job)
            seconds.append(time.perf_counter() - start)
            queue.finish(trial, TrialState.COMPLETE, 0.5)
    return seconds[1:]  # the first reads the whole study, once a command


def throughput(workers: int) -> float:
    """Trials a second of so many processes on one file."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "study.db")
        store = FileStore(database)
        trials = _EACH * workers
        with store.lease() as owner:
            plan = [Slot(number, {}, {attrs.CELL: "lstm"}) for number in range(trials)]
            Queue(_study(store), store, owner).enqueue(plan)
        barrier = context.Barrier(workers + 1)
        processes = [
            context.Process(target=_work, args=(database, barrier)) for _ in range(workers)
        ]
        for process in processes:
            process.start()
        barrier.wait()
        start = time.perf_counter()
        for process in processes:
            process.join()
        return trials / (time.perf_counter() - start)


def _work(database: Path, barrier: "multiprocessing.synchronize.Barrier") -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    store = FileStore(database)
    with store.lease() as owner:
        queue = Queue(_study(store), store, owner)
        barrier.wait()
        while (trial := queue.ask()) is not None:
            queue.in_transaction(trial, lambda trial: trial.report(0.5, 1))
            queue.finish(trial, TrialState.COMPLETE, 0.5)


def _study(store: FileStore) -> optuna.Study:
    return optuna.create_study(
        storage=store.optuna(), study_name="throughput", direction="maximize", load_if_exists=True
    )
