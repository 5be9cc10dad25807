"""Database servers of the tests' own, whichever kinds are installed."""

import signal
import socket
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

PASSWORD = "s3cret {pass}%/word"  # what breaks careless handling of URLs
QUOTED = "s3cret%20%7Bpass%7D%25%2Fword"
POSTGRESQL, MYSQL = "PostgreSQL", "MySQL"

MakeDatabase = Callable[[], tuple["Server", str]]  # a server, and the name of a new database


class Server(ABC):
    """A server on a loopback port, that can be stopped, paused and started again.

    Attributes:
        folder: Where everything of it lies.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    @abstractmethod
    def initialise(self) -> None:
        """Make the server's files."""

    @abstractmethod
    def start(self) -> None:
        """Start, and wait until it answers."""

    @abstractmethod
    def stop(self, *, gently: bool = True) -> None:
        """Stop, and wait until it has ended."""

    @abstractmethod
    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and all its sessions, as when it is cut off."""

    @abstractmethod
    def url(self, database: str, quoted: str = QUOTED) -> str:
        """The URL of a database, with a password."""

    @abstractmethod
    def execute(self, statement: str) -> None:
        """Execute a statement as the administrator."""

    @abstractmethod
    def terminate_sessions(self) -> int:
        """End every session of this program's, as a firewall or an administrator does."""


@contextmanager
def databases(kind: Callable[[Path], Server]) -> Iterator[MakeDatabase]:
    """A new server, gone afterwards with its data, and a function that makes databases on it."""
    count = 0

    def make() -> tuple[Server, str]:
        nonlocal count
        count += 1
        name = f"test{count}"
        server.execute(f"CREATE DATABASE {name}")
        return server, name

    with tempfile.TemporaryDirectory(prefix="db-", dir="/tmp") as name:
        server = kind(Path(name))
        server.initialise()
        server.start()
        try:
            yield make
        finally:
            server.stop(gently=False)


@contextmanager
def installed() -> Iterator[Mapping[str, MakeDatabase]]:
    """Databases of every kind of server that is installed, by its name."""
    from tests.support.servers import mysql, postgres

    kinds = {
        POSTGRESQL: postgres.PostgresServer if postgres.programs() else None,
        MYSQL: mysql.MySQLServer if mysql.program() else None,
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(databases(kind)) for name, kind in kinds.items() if kind}
