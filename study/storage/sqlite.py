"""Studies in a SQLite file, and what keeps several processes out of each other's way.

Optuna's own queue on SQLite hands one waiting trial to two workers, and a killed worker
leaves its trial running for ever. So asking is done under a lock, and every worker
holds a lease that the operating system frees when it dies.
"""

import fcntl
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from study.errors import UserError
from study.machine.mounts import network_file_system
from study.storage.store import BUSY_SECONDS, new_owner

if TYPE_CHECKING:
    from optuna.storages import RDBStorage

    from study.storage.trial_storage import TrialStorage


class FileStore:
    """SQLite in one file, for the processes of one machine.

    Rollback journal and `synchronous=FULL`, SQLite's defaults: the write-ahead log needs
    shared memory and has had a rare corruption bug with several processes.
    """

    grace = 0.0  # the kernel loses no lease

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.leases = self.path.with_name(f"{self.path.name}.leases")
        self._storage: TrialStorage | None = None

    @property
    def shown_url(self) -> str:
        """The URL: a file has no password."""
        return f"sqlite:///{self.path}"

    def optuna(self) -> "TrialStorage":
        """Optuna's storage on this file.

        Raises:
            UserError: The file is no SQLite database, is damaged, holds something else, or lies
                on a network file system.
        """
        if self._storage is None:
            from study.storage.trial_storage import TrialStorage, as_user_errors

            self._refuse_network()
            with self.locked():  # several first starts would race to create the tables
                check_database(self.path)
                with as_user_errors(str(self.path)):
                    self._storage = TrialStorage(
                        self.shown_url, {"connect_args": {"timeout": BUSY_SECONDS}}
                    )
        return self._storage

    def reader(self) -> "RDBStorage":
        """Optuna's storage on this file, unable to write.

        Raises:
            UserError: As `optuna`.
        """
        from optuna.storages import RDBStorage

        from study.storage.trial_storage import for_optuna

        check_database(self.path)
        url = f"sqlite:///file:{quote(str(self.path))}?mode=ro&uri=true"
        return RDBStorage(
            for_optuna(url),
            engine_kwargs={"connect_args": {"timeout": BUSY_SECONDS}},
            skip_table_creation=True,
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time, by a lock of the kernel, which frees it when the process dies."""
        with _opened(self.path.with_name(f"{self.path.name}.lock")) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Locked, and one transaction of the database."""
        with self.locked(), self.optuna().transaction():
            yield

    @contextmanager
    def lease(self) -> Iterator[str]:
        """A locked file of this process' own."""
        owner = new_owner()
        self.leases.mkdir(parents=True, exist_ok=True)
        path = self.leases / owner
        with ExitStack() as stack:
            with self.locked():  # nobody sees the file before it is locked
                file = stack.enter_context(_opened(path))
                fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield owner
            finally:
                path.unlink(missing_ok=True)

    def living(self, owners: Collection[str]) -> set[str]:
        """Those whose files are locked by somebody; the files of the others are removed."""
        living = {owner for owner in owners if self.held(owner)}
        for owner in set(owners) - living:
            (self.leases / owner).unlink(missing_ok=True)
        return living

    def held(self, owner: str) -> bool:
        """Whether somebody holds this lease."""
        with suppress(FileNotFoundError), (self.leases / owner).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _refuse_network(self) -> None:
        kind = network_file_system(self.path)
        if kind:
            raise UserError(
                f"SQLite needs a local disk, but {self.path.parent} is on a network file system "
                f"({kind}), where locks are not reliable. Choose an --output-dir on a local disk, "
                "or a server: --storage postgresql://HOST/DATABASE."
            )


def _opened(path: Path) -> IO[bytes]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab")
    except OSError as error:
        raise UserError(
            f"The study's folder must be writable, but {path} cannot be opened "
            f"({error.strerror}). Choose another --output-dir."
        ) from error


def check_database(path: Path) -> None:
    """Refuse a file that Optuna would misread or write over."""
    if not path.exists() or path.stat().st_size == 0:
        return
    advice = "Restore it from a copy, or choose another --study-name; nothing was changed."
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)
        try:
            (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise UserError(f"{path} is no readable SQLite database ({error}). {advice}") from error
    if state != "ok":
        raise UserError(f"The database {path} is damaged ({state}). {advice}")
    if tables and "trials" not in tables:
        raise UserError(f"{path} is a database of something else than Optuna. {advice}")
