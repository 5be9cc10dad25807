"""The faults of the matrix, and how often each is injected: quickly, and in full."""

import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults import files, kills, servers, studies
from tests.faults.outcome import Outcome
from tests.faults.worker import Point
from tests.support.servers.server import MYSQL, POSTGRESQL, MakeDatabase, Server


@dataclass(frozen=True)
class Row:
    """One fault.

    Attributes:
        act: Called with a folder, with a server and a new database of its where there is a
            `server`, and with the arguments.
        full: Arguments of the full injection.
        quick: Arguments of the quick one, or None where there is none.
        server: Its kind, where one is needed.
    """

    fault: str
    act: Callable[..., Outcome]
    full: tuple[Any, ...] = ()
    quick: tuple[Any, ...] | None = None
    server: str | None = None

    def run(self, folder: Path, make: Mapping[str, MakeDatabase], full: bool) -> Outcome:
        """Inject the fault."""
        arguments = self.full if full else self.quick
        assert arguments is not None
        if not self.server:
            return self.act(folder, *arguments)
        return self.act(folder, *make[self.server](), *arguments)


def _on_server(act: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """The act with the database's URL for its storage."""

    def run(folder: Path, server: Server, database: str, *arguments: Any) -> Outcome:
        return act(folder, server.url(database), *arguments)

    return run


def _failpoints() -> Iterator[Row]:
    for point in Point:
        quick = (point, 6) if point is Point.REAPING else None
        yield Row(f"kill {point}, 30 %", kills.failpoint, (point, 40), quick)


def _server_rows(server: str) -> Iterator[Row]:
    yield Row(
        f"{server}: connections terminated", servers.connections_terminated, (30,), (4,), server
    )
    yield Row(f"{server}: server restarted", servers.restarted, (3,), None, server)
    yield Row(f"{server}: network paused", servers.paused, (15.0,), (1.0,), server)
    killed = _on_server(kills.workers_killed)
    yield Row(f"{server}: kill -9 of workers", killed, (20, 120), None, server)
    at_once = _on_server(kills.starts_at_once)
    yield Row(f"{server}: 8 workers at once", at_once, (8, 300), None, server)
    stopped = _on_server(kills.stopped)
    yield Row(f"{server}: SIGSTOP, then CONT", stopped, (15.0,), None, server)


ROWS = [
    Row("kill -9 of workers, SQLite", kills.workers_killed, (None, 30, 250), (None, 3, 24)),
    *_failpoints(),
    Row("all workers and training processes killed, resumed", kills.all_killed, (60,)),
    Row("real study: group killed, resumed; the same", studies.killed_and_resumed, ((2, 7, 6),)),
    Row("SIGINT", kills.signalled, (signal.SIGINT, 130), (signal.SIGINT, 130)),
    Row("SIGTERM", kills.signalled, (signal.SIGTERM, 143)),
    Row("real study: SIGINT", studies.signalled, (signal.SIGINT, 1, 130)),
    Row("real study: SIGINT twice", studies.signalled, (signal.SIGINT, 2, 130)),
    Row("real study: SIGTERM", studies.signalled, (signal.SIGTERM, 1, 143)),
    Row("SIGSTOP 60 s, then CONT, SQLite", kills.stopped, (None, 60.0), (None, 1.0)),
    Row("late tell by a reaped worker", kills.late_tell, (30,), (5,)),
    Row("8 workers, 300 waiting trials", kills.starts_at_once, (None, 8, 300), (None, 4, 40)),
    Row("8 first starts at once", kills.first_starts_at_once, (8,), (4,)),
    Row("disk full: database", files.disk_full_database, (100,), (60,)),
    Row("disk full: report", files.disk_full_report, (), ()),
    Row("disk full: model", files.disk_full_model, (), ()),
    Row("truncated, garbage, foreign, flipped database", files.bad_databases, (), ()),
    Row("hot journal", files.hot_journal, (10,), (2,)),
    Row("database locked 30 s, dashboard polling", files.locked_database, (30.0,), (2.0,)),
    Row("NaN and infinite loss", studies.absurd_learning_rates),
    Row("training process: out of memory, killed, hung, exits", kills.training_process_killed),
    Row("data: truncated, tampered, pickle, bomb", files.bad_data, (), ()),
    *_server_rows(POSTGRESQL),
    *_server_rows(MYSQL),
    Row("passwords in output, files, process list", studies.password_hidden, (), None, POSTGRESQL),
    Row("two machines, one server", studies.two_machines, (), None, POSTGRESQL),
]
