"""MySQL and MariaDB, where there is no PostgreSQL: `--storage mysql://HOST/DATABASE`.

Second choice, since a client cannot tell the server to notice vanished machines: one that
loses its power holds its trial until the server's TCP keepalive ends the session.
"""

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from optuna.exceptions import StorageInternalError
from sqlalchemy import Connection, DateTime, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session

from study.storage.server import GRACE, ServerStore, driver

_WAIT = 30  # seconds for which one statement waits for a lock


class MySQLStore(ServerStore):
    """A database of a MySQL or MariaDB server.

    Its advisory locks are the session's, and of the whole server: they are released after the
    transaction, and have the database in their names.
    """

    scheme = "mysql"
    engine: ClassVar[Mapping[str, Any]] = {
        "connect_args": {"connect_timeout": 10, "read_timeout": 4 * _WAIT, "write_timeout": 60},
        # A transaction begins before it has the lock, and must see what the last holder wrote.
        "isolation_level": "READ COMMITTED",
    }
    take = "SELECT GET_LOCK(%s, 0)"

    def __init__(self, url: URL, grace: float = GRACE) -> None:
        errors = driver("pymysql", "MySQL", "pymysql[rsa]>=1.1,<2").Error
        # It logs each lost connection with a traceback; what is lost is tried again.
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
        super().__init__(url.set(drivername="mysql+pymysql"), errors, grace)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One process at a time, by a lock that the session holds beyond the commit."""
        acquired = False
        try:
            with self.optuna().transaction() as session:
                self.acquire(session)
                acquired = True
                yield
        finally:
            if acquired:
                # A session that was lost has lost its locks.
                with (
                    suppress(SQLAlchemyError, StorageInternalError),
                    self.optuna().scoped_session() as session,
                ):
                    self.release(session)

    def acquire(self, connection: Connection | Session) -> None:
        """Wait for the lock."""
        while (taken := connection.scalar(select(func.get_lock(self._asking, _WAIT)))) != 1:
            if taken is None:
                raise StorageInternalError("The server gave no lock.")

    def release(self, connection: Connection | Session) -> None:
        """Free it."""
        connection.execute(select(func.release_lock(self._asking)))

    def key(self, owner: str) -> str:
        """The name of an owner's lock, within the 64 characters that there are."""
        digest = hashlib.sha256(f"{self._url.database} {owner}".encode()).hexdigest()
        return f"isoparam {digest[:48]}"

    def held(self, owners: Collection[str], session: Session) -> set[str]:
        """Those whose locks some session holds."""
        asked = list(owners)
        holders = session.execute(select(*(func.is_used_lock(self.key(o)) for o in asked))).one()
        return {owner for owner, holder in zip(asked, holders, strict=True) if holder is not None}

    @property
    def _asking(self) -> str:
        return self.key("")


@compiles(DateTime, "mysql", "mariadb")
def _to_the_microsecond(*_: object, **__: object) -> str:
    """Times in the tables that are made here; MySQL's own would be of whole seconds."""
    return "DATETIME(6)"
