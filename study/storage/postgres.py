"""PostgreSQL, for the workers of many machines: `--storage postgresql://HOST/DATABASE`."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from study.storage.server import GRACE, ServerStore, driver

_ASKING = 7_041_776_061  # this program's lock in a database, where others may have theirs

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


class PostgresStore(ServerStore):
    """A database of a PostgreSQL server; the transaction itself holds the lock on the queue."""

    scheme = "postgresql"
    engine: ClassVar[Mapping[str, Any]] = {"connect_args": _CONNECT}
    take = "SELECT pg_try_advisory_lock(%s)"

    def __init__(self, url: URL, grace: float = GRACE) -> None:
        errors = driver("psycopg", "PostgreSQL", "psycopg[binary]>=3.2,<4").Error
        super().__init__(url.set(drivername="postgresql+psycopg"), errors, grace)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One process at a time, by an advisory lock that the transaction holds."""
        with self.optuna().transaction() as session:
            session.execute(select(func.pg_advisory_xact_lock(_ASKING)))
            yield

    def acquire(self, connection: Connection | Session) -> None:
        """Wait for the lock."""
        connection.execute(select(func.pg_advisory_lock(_ASKING)))

    def release(self, connection: Connection | Session) -> None:
        """Free it."""
        connection.execute(select(func.pg_advisory_unlock(_ASKING)))

    def key(self, owner: str) -> int:
        """The number of an owner's lock, below 2**63."""
        return int.from_bytes(hashlib.sha256(owner.encode()).digest()[:8]) >> 1

    def held(self, owners: Collection[str], session: Session) -> set[str]:
        """Those whose locks the server lists."""
        # The list has the 64 bits of a key as two halves; such a lock is of objsubid 1.
        query = text(
            "SELECT classid::bigint << 32 | objid::bigint FROM pg_locks WHERE locktype = 'advisory'"
            " AND objsubid = 1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        keys = set(session.scalars(query))
        return {owner for owner in owners if self.key(owner) in keys}
