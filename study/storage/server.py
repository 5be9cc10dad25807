"""Database servers, for the workers of many machines: `--storage postgresql://HOST/DATABASE`.

Each process has one connection. Its lease is an advisory lock of that session, which the
server frees when the process, its machine or the network dies; a new connection takes the
lease again. Asking and telling are transactions under another advisory lock, so that one
which loses its connection has changed nothing.
"""

import importlib
import shlex
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any, ClassVar

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from study.errors import UserError
from study.storage.store import new_owner
from study.storage.trial_storage import TrialStorage, as_user_errors

GRACE = 10.0  # seconds in which a living process has taken its lost lease again
_LEASED = "leased"
_PATIENCE = 600.0  # seconds to wait for a server that was there


def driver(package: str, server: str, requirement: str) -> ModuleType:
    """A server's driver.

    Args:
        package: Its package.
        server: What the server is called.
        requirement: What pip installs it by.

    Raises:
        UserError: It is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise UserError(
            f"{server} needs the package {package}, which is not installed. Install it with: "
            f"{shlex.join([sys.executable, '-m', 'pip', 'install', requirement])}"
        ) from error


class ServerStore(ABC):
    """A database of a server.

    Attributes:
        scheme: What its URLs begin with.
        engine: More arguments of SQLAlchemy's engines.
        take: The SQL that takes the lease named by its argument, if it is free.
        grace: Seconds for which a lease must have been seen free before its owner counts as
            dead: a restarted server has lost the leases of the living, too.
    """

    scheme: ClassVar[str]
    engine: ClassVar[Mapping[str, Any]]
    take: ClassVar[str]

    def __init__(self, url: URL, errors: type[Exception], grace: float) -> None:
        """Remember a server.

        Args:
            url: With the driver's name.
            errors: What the driver raises.
        """
        self.grace = grace
        self._url = url
        self._errors = errors
        self._storage: TrialStorage | None = None
        self._owner: str | None = None
        self._missing: dict[str, float] = {}  # when a lease was first seen free

    @property
    def shown_url(self) -> str:
        """The URL without a password, as it can be given to a command again."""
        url = self._url.set(drivername=self.scheme).difference_update_query(["password"])
        return url._replace(password=None).render_as_string()

    def optuna(self) -> TrialStorage:
        """Optuna's storage on this server.

        Raises:
            UserError: The server cannot be reached, or does not let this user in.
        """
        if self._storage is None:
            with as_user_errors(self.shown_url):
                self._storage = self._connect()
        return self._storage

    def _connect(self) -> TrialStorage:
        first = create_engine(self._url, poolclass=NullPool, **self.engine)
        with first.connect() as connection:  # several first starts would race to create the tables
            self.acquire(connection)  # until the connection is closed
            storage = TrialStorage(
                self._url.render_as_string(hide_password=False),
                {
                    **self.engine,
                    "pool_pre_ping": True,
                    "pool_size": 1,  # the lease's connection is everything's
                    "max_overflow": 1,  # Optuna nests two sessions when it opens a database
                },
                patience=_PATIENCE,
            )
        event.listen(storage.engine, "checkout", self._keep_lease)
        return storage

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time, by an advisory lock of the session."""
        session = self.optuna().scoped_session
        with session() as connection:
            self.acquire(connection)
        try:
            yield
        finally:
            with session() as connection:
                self.release(connection)

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Locked, and what is written in the block is written together or not at all."""

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
        with self.optuna().scoped_session() as session:
            held = self.held(owners, session) if owners else set()
        for owner in owners:
            if owner in held:
                self._missing.pop(owner, None)
            else:
                self._missing.setdefault(owner, now)
        return {
            owner
            for owner in owners
            if owner not in self._missing or now < self._missing[owner] + self.grace
        }

    def _keep_lease(self, connection: Any, record: Any, proxy: object) -> None:
        """Take the lease on a connection that has it not; a dead session may still hold it."""
        if self._owner is None or record.info.get(_LEASED):
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute(self.take, (self.key(self._owner),))
                (taken,) = cursor.fetchone()
            connection.commit()
        except self._errors as error:
            raise DisconnectionError("The connection was lost at once.") from error
        record.info[_LEASED] = bool(taken)

    @abstractmethod
    def acquire(self, connection: Connection | Session) -> None:
        """Wait for the session's lock on the queue."""

    @abstractmethod
    def release(self, connection: Connection | Session) -> None:
        """Free the session's lock on the queue."""

    @abstractmethod
    def key(self, owner: str) -> int | str:
        """What the server calls an owner's lock."""

    @abstractmethod
    def held(self, owners: Collection[str], session: Session) -> set[str]:
        """Those whose locks are held."""
