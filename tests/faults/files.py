"""Faults of disks and files."""

import gzip
import os
import pickle
import random
import resource
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from study.datasets.dataset import DatasetSpec
from study.datasets.prepare import prepare
from study.errors import UserError
from study.machine.files import write_atomically
from study.storage.sqlite import FileStore
from tests.faults.gang import CONTEXT, gang
from tests.faults.outcome import Outcome
from tests.faults.worker import Orders
from tests.support.commands import write_moods
from tests.support.simulated.stubs import stub_study

_OLD = b"the report of yesterday"


def disk_full_database(folder: Path, trials: int) -> Outcome:
    """The database cannot grow; then it can."""
    with gang(Orders(folder), trials) as workers:
        database = folder / "study.db"
        full = database.stat().st_size
        workers.orders = Orders(folder, largest_file=full)
        workers.start(1)
        workers.until(lambda: not workers.workers)
        error = workers.errors()
        assert "cannot be used" in error
        assert error.count("\n") == 1, error
        assert 0 < workers.progress().finished < trials
        workers.forget_errors()
        workers.orders = Orders(folder)
        workers.complete(2)
        return workers.outcome(1)


def disk_full_model(folder: Path) -> Outcome:
    """A training process cannot write its model; then it can."""
    with gang(Orders(folder, acts={1: "full"}), 3) as workers:
        workers.start(1)
        workers.until(lambda: not workers.workers)
        error = workers.errors()
        assert "No space left on device" in error
        assert error.count("\n") == 1, error
        workers.forget_errors()
        workers.orders = Orders(folder)
        workers.complete(1)
        return workers.outcome(1)


def disk_full_report(folder: Path) -> Outcome:
    """A file cannot be written; the old one stays."""
    folder.mkdir()
    report = folder / "report.html"
    report.write_bytes(_OLD)
    writer = CONTEXT.Process(target=_write_too_much, args=(report,))
    writer.start()
    writer.join()
    assert writer.exitcode == 3
    assert report.read_bytes() == _OLD
    assert list(folder.iterdir()) == [report]
    return Outcome(injected=1, trials=0)


def _write_too_much(report: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        with write_atomically(report) as path:
            path.write_bytes(bytes(100_000))
    except OSError:
        os._exit(3)


def bad_databases(folder: Path) -> Outcome:
    """Truncated, garbage, foreign and flipped: refused and left as they are."""
    folder.mkdir()
    good = folder / "good.db"
    storage = FileStore(good).optuna()
    storage.engine.dispose()
    content, drawn = good.read_bytes(), random.Random(0)
    page = 4096
    bad = [content[: len(content) // 2], content[: page + 100], b"no database", bytes(8192)]
    for _ in range(10):  # the header of a page
        position = page * drawn.randrange(1, len(content) // page)
        bad.append(content[:position] + bytes([255]) + content[position + 1 :])
    foreign = folder / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE accounts (number INTEGER)")
    bad.append(foreign.read_bytes())
    for number, wrong in enumerate(bad):
        path = folder / f"{number}.db"
        path.write_bytes(wrong)
        with pytest.raises(UserError, match="nothing was changed"):
            FileStore(path).optuna()
        assert path.read_bytes() == wrong
    return Outcome(injected=len(bad), trials=0)


def hot_journal(folder: Path, times: int) -> Outcome:
    """A process dies inside a transaction that has reached the file."""
    with gang(Orders(folder), 6) as workers:
        before = [trial.user_attrs for trial in workers.study.trials]
        journal = folder / "study.db-journal"
        for _ in range(times):
            writer = CONTEXT.Process(target=_die_in_transaction, args=(folder / "study.db",))
            writer.start()
            writer.join()
            assert journal.stat().st_size > 0
            assert [
                trial.user_attrs for trial in stub_study(FileStore(folder / "study.db")).trials
            ] == before
        workers.complete(1)
        return workers.outcome(times)


def _die_in_transaction(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA cache_size = 1")  # what is written reaches the file at once
    connection.execute("UPDATE trial_user_attributes SET value_json = '99'")
    for number in range(200):
        connection.execute("INSERT INTO studies (study_name) VALUES (?)", (f"{number}" * 200,))
    os.kill(os.getpid(), signal.SIGKILL)


def locked_database(folder: Path, seconds: float) -> Outcome:
    """Another program holds the database; a dashboard looks at it twice a second."""
    with gang(Orders(folder), 12) as workers, _polled(folder / "study.db"):
        workers.start(2)
        workers.until(lambda: workers.started() >= 2)
        with closing(sqlite3.connect(folder / "study.db", timeout=60)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            workers.pause(seconds)
            connection.rollback()
        losses = workers.complete(2)
        assert losses == 0
        return workers.outcome(1)


@contextmanager
def _polled(database: Path) -> Iterator[None]:
    stop = CONTEXT.Event()
    poller = CONTEXT.Process(target=_poll, args=(database, stop))
    poller.start()
    try:
        yield
    finally:
        stop.set()
        poller.join()
    assert poller.exitcode == 0


def _poll(database: Path, stop: Event) -> None:
    storage = FileStore(database).reader()
    while not stop.wait(0.5):
        for study in storage.get_all_studies():
            storage.get_all_trials(study._study_id)


def bad_data(folder: Path) -> Outcome:
    """Data files that are truncated, tampered with, pickled, or bombs."""
    folder.mkdir()
    good = folder / "moods.csv"
    write_moods(good)
    packed = gzip.compress(good.read_bytes())
    middle = len(packed) // 2
    bad = {
        "truncated.csv.gz": packed[:middle],
        "tampered.csv.gz": packed[:middle] + bytes([packed[middle] ^ 255]) + packed[middle + 1 :],
        "payload.csv": pickle.dumps(_Payload()),
        "payload.npy": pickle.dumps(_Payload()),
        "bomb.csv.gz": b"".join([gzip.compress(bytes(2**28))] * 4),
    }
    for name, content in bad.items():
        path = folder / name
        path.write_bytes(content)
        with pytest.raises(UserError):
            prepare(DatasetSpec(source=str(path)))
        assert path.read_bytes() == content
    return Outcome(injected=len(bad), trials=0)


class _Payload:
    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (99,)
