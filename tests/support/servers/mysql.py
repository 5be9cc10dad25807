"""A MariaDB server of the tests' own."""

import getpass
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pymysql

from tests.support.servers.server import PASSWORD, QUOTED, Server

_USER = "isoparam"
_SECONDS = 60.0  # for a start


def program() -> str | None:
    """The server's program, or None where there is none."""
    return shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


class MySQLServer(Server):
    """A server of the version that is installed."""

    _process: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        subprocess.run(
            [
                "mariadb-install-db",
                "--no-defaults",
                f"--datadir={self._data}",
                f"--user={getpass.getuser()}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.start()
        self.execute(f"CREATE USER {_USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
        self.execute(f"GRANT ALL ON *.* TO {_USER}@'127.0.0.1'")
        self.stop()

    def start(self) -> None:
        path = program()
        assert path
        Path(self._socket).unlink(missing_ok=True)  # a killed server has left it
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    path,
                    "--no-defaults",
                    f"--user={getpass.getuser()}",
                    f"--datadir={self._data}",
                    f"--socket={self._socket}",
                    f"--port={self.port}",
                    "--bind-address=127.0.0.1",
                    "--skip-name-resolve",
                    "--max-connections=300",
                    "--innodb-buffer-pool-size=64M",
                ],
                stdout=log,
                stderr=log,
            )
        last = time.monotonic() + _SECONDS
        while not Path(self._socket).exists():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < last, "the server does not answer"
            time.sleep(0.05)
        self.execute("SELECT 1")

    def stop(self, *, gently: bool = True) -> None:
        assert self._process
        self._process.send_signal(signal.SIGTERM if gently else signal.SIGKILL)
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    def url(self, database: str, quoted: str = QUOTED) -> str:
        return f"mysql://{_USER}:{quoted}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        self._rows(statement)

    def terminate_sessions(self) -> int:
        sessions = self._rows(
            f"SELECT id FROM information_schema.processlist WHERE user = '{_USER}'"
        )
        for (number,) in sessions:
            try:
                self._rows(f"KILL {number}")
            except pymysql.err.OperationalError:  # it has ended by itself
                continue
        return len(sessions)

    def _rows(self, statement: str) -> tuple[tuple[object, ...], ...]:
        with (
            pymysql.connect(unix_socket=self._socket, user="root", autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
            return tuple(cursor.fetchall())

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @property
    def _socket(self) -> str:
        return str(self.folder / "socket")
