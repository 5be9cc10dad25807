"""A PostgreSQL server of the tests' own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

PASSWORD = "s3cret {pass}%/word"  # what breaks careless handling of URLs
QUOTED = "s3cret%20%7Bpass%7D%25%2Fword"
_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def installed() -> Path | None:
    """The newest server's programs, or None where there is no server."""
    found = shutil.which("initdb")
    folders = [*_BINARIES, *([Path(found).parent] if found else [])]
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


@dataclass
class Server:
    """A server on a loopback port, that can be stopped, paused and started again."""

    programs: Path
    folder: Path
    port: int

    def start(self) -> None:
        options = (
            f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=300"
        )
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and all its sessions, as when it is cut off."""
        main = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        sessions = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for process in [main, *map(int, sessions)]:
            os.kill(process, number)

    def url(self, database: str, quoted: str = QUOTED) -> str:
        return f"postgresql://postgres:{quoted}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=PASSWORD,
            dbname=database,
            autocommit=True,
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def terminate_sessions(self) -> int:
        """End every session of this program's, as a firewall or an administrator does."""
        ended = self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'isoparam'"
        )
        return len(ended)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD + "\n")
        self._own()
        options = ["-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"]
        self._run("initdb", "-D", self._data, *options)

    def _own(self) -> None:
        if os.getuid() == 0:
            for path in [self.folder, *self.folder.iterdir()]:
                shutil.chown(path, "postgres", "postgres")

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self.programs / program), *arguments]
        if os.getuid() == 0:  # the server refuses to run as root
            command = [
                "setpriv",
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                *command,
            ]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        )


@contextmanager
def serving(programs: Path) -> Iterator[Server]:
    """A new server, gone afterwards with its data."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = Server(programs, Path(name), port)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


@contextmanager
def databases(programs: Path) -> Iterator[Callable[[], tuple[Server, str]]]:
    """A server, and a function that makes a new database on it and tells its name."""
    count = 0

    def make() -> tuple[Server, str]:
        nonlocal count
        count += 1
        name = f"test{count}"
        server.execute(f"CREATE DATABASE {name}")
        return server, name

    with serving(programs) as server:
        yield make
