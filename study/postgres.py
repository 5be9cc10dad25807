"""PostgreSQL, for the workers of many machines: `--storage postgresql://HOST/DATABASE`.

Each process has one connection. Its lease is a session-level advisory lock on it, which
the server frees when the process, its machine or the network dies; a new connection
takes the lease again. Asking and telling are transactions that hold another advisory
lock, so that one which loses its connection has changed nothing.
"""

import hashlib
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, event, func, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError

from study.errors import UserError
from study.rdb import TrialStorage, explained
from study.storage import new_owner

_ASKING = 7_041_776_061  # this program's lock in a database, where others may have theirs
_LEASED = "leased"
_PATIENCE = 600.0  # seconds to wait for a server that was there
_GRACE = 10.0  # seconds in which a living process has taken its lost lease again

# A vanished machine is noticed after a minute, at either end.
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_CONNECT = {
    "connect_timeout": 10,
    "keepalives": 1,
    **_KEEPALIVE,
    "tcp_user_timeout": 60_000,
    "application_name": "isoparam",
    "options": " ".join(
        [
            *(f"-c tcp_{name}={value}" for name, value in _KEEPALIVE.items()),
            "-c tcp_user_timeout=60000",
            "-c idle_in_transaction_session_timeout=120000",  # a stopped process lets go
        ]
    ),
}


class PostgresStore:
    """A database of a PostgreSQL server.

    Attributes:
        grace: Seconds for which a lease must have been seen free before its owner counts as
            dead: a restarted server has lost the leases of the living, too.
    """

    def __init__(self, url: URL, grace: float = _GRACE) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise UserError(
                "PostgreSQL needs the package psycopg, which is not installed. Install it with: "
                "pip install 'isoparam[postgres]'"
            ) from error
        self._errors = psycopg.Error
        self._url = url.set(drivername="postgresql+psycopg")
        self.grace = grace
        self._storage: TrialStorage | None = None
        self._owner: str | None = None
        self._missing: dict[str, float] = {}  # when a lease was first seen free

    @property
    def shown_url(self) -> str:
        """The URL without a password, as it can be given to a command again."""
        url = self._url.set(drivername="postgresql").difference_update_query(["password"])
        return url._replace(password=None).render_as_string()

    def optuna(self) -> TrialStorage:
        """Optuna's storage on this server.

        Raises:
            UserError: The server cannot be reached, or does not let this user in.
        """
        if self._storage is None:
            with explained(self.shown_url):
                self._storage = self._connect()
        return self._storage

    def _connect(self) -> TrialStorage:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        first = create_engine(self._url, poolclass=NullPool, connect_args=_CONNECT)
        with first.begin() as connection:  # several first starts would race to create the tables
            connection.execute(_lock())
            storage = TrialStorage(
                self._url.render_as_string(hide_password=False),
                {
                    "pool_pre_ping": True,
                    "pool_size": 1,  # the lease's connection is everything's
                    "max_overflow": 1,  # Optuna nests two sessions when it opens a database
                    "connect_args": _CONNECT,
                },
                patience=_PATIENCE,
            )
        event.listen(storage.engine, "checkout", self._keep_lease)
        return storage

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time, by a session-level advisory lock."""
        session = self.optuna().scoped_session
        with session() as connection:
            connection.execute(select(func.pg_advisory_lock(_ASKING)))
        try:
            yield
        finally:
            with session() as connection:
                connection.execute(select(func.pg_advisory_unlock(_ASKING)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One process at a time, by an advisory lock that the transaction holds."""
        with self.optuna().transaction() as session:
            session.execute(_lock())
            yield

    @contextmanager
    def lease(self) -> Iterator[str]:
        """An advisory lock of this process' own, taken with its connection."""
        storage = self.optuna()
        self._owner = new_owner()
        try:
            with storage.scoped_session() as session:
                session.execute(text("SELECT 1"))
            yield self._owner
        finally:
            self._owner = None
            storage.engine.dispose()

    def living(self, owners: Collection[str]) -> set[str]:
        """Those whose locks are held, or were until a moment ago."""
        now = time.monotonic()
        held = self._held_keys()
        for owner in owners:
            if _key(owner) in held:
                self._missing.pop(owner, None)
            else:
                self._missing.setdefault(owner, now)
        return {
            owner
            for owner in owners
            if owner not in self._missing or now < self._missing[owner] + self.grace
        }

    def _held_keys(self) -> set[int]:
        query = text(
            "SELECT classid::bigint << 32 | objid::bigint FROM pg_locks WHERE locktype = 'advisory'"
            " AND objsubid = 1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with self.optuna().scoped_session() as session:
            return set(session.scalars(query))

    def _keep_lease(self, connection: Any, record: Any, proxy: object) -> None:
        """Take the lease on a connection that has it not; a dead session may still hold it."""
        if self._owner is None or record.info.get(_LEASED):
            return
        try:
            (taken,) = connection.execute(
                "SELECT pg_try_advisory_lock(%s)", (_key(self._owner),)
            ).fetchone()
            connection.commit()
        except self._errors as error:
            raise DisconnectionError("The connection was lost at once.") from error
        record.info[_LEASED] = taken


def _lock() -> Select[Any]:
    return select(func.pg_advisory_xact_lock(_ASKING))


def _key(owner: str) -> int:
    """The number of an owner's advisory lock, below 2**63."""
    return int.from_bytes(hashlib.sha256(owner.encode()).digest()[:8]) >> 1
