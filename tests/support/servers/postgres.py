"""A PostgreSQL server of the tests' own."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tests.support.servers.server import PASSWORD, QUOTED, Server

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def programs() -> Path | None:
    """The folder of the newest server's programs, or None where there is no server."""
    found = shutil.which("initdb")
    folders = [*_BINARIES, *([Path(found).parent] if found else [])]
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


class PostgresServer(Server):
    """A server of the newest version that is installed."""

    def initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD + "\n")
        self._own()
        options = ["-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"]
        self._run("initdb", "-D", self._data, *options)

    def start(self) -> None:
        options = (
            f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=300"
        )
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", "start")

    def stop(self, *, gently: bool = True) -> None:
        mode = "fast" if gently else "immediate"
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def signal(self, number: signal.Signals) -> None:
        main = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        sessions = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for process in [main, *map(int, sessions)]:
            os.kill(process, number)

    def url(self, database: str, quoted: str = QUOTED) -> str:
        return f"postgresql://postgres:{quoted}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        self._rows(statement)

    def terminate_sessions(self) -> int:
        return self._rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'isoparam'"
        )

    def _rows(self, statement: str) -> int:
        """How many rows a statement has found."""
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=PASSWORD,
            dbname="postgres",
            autocommit=True,
        ) as connection:
            return connection.execute(statement).rowcount

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _own(self) -> None:
        if os.getuid() == 0:
            for path in [self.folder, *self.folder.iterdir()]:
                shutil.chown(path, "postgres", "postgres")

    def _run(self, program: str, *arguments: str) -> None:
        folder = programs()
        assert folder
        command: Sequence[str] = [str(folder / program), *arguments]
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
