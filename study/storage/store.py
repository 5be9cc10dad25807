"""What every kind of store gives."""

import os
import secrets
import socket
from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from study.storage.trial_storage import TrialStorage


# How long a statement waits for another process, which may be stopped in a transaction.
BUSY_SECONDS = 300


class Store(Protocol):
    """A database of studies.

    Attributes:
        grace: Seconds for which a lease must have been seen free before its owner counts as dead.
    """

    grace: float

    @property
    def shown_url(self) -> str:
        """The URL for people to read, without its password."""

    def optuna(self) -> "TrialStorage":
        """Optuna's storage on this database, always the same; missing tables are created.

        Raises:
            UserError: The database cannot be used.
        """

    def locked(self) -> "AbstractContextManager[None]":
        """Held by one process at a time, everywhere; its death frees it."""

    def transaction(self) -> "AbstractContextManager[None]":
        """Locked, and what is written in the block is written together or not at all."""

    def lease(self) -> "AbstractContextManager[str]":
        """The name of a living process, alive as long as the context lasts."""

    def living(self, owners: Collection[str]) -> set[str]:
        """Those of the processes whose leases are held; asked in a transaction."""


def new_owner() -> str:
    """A name for this process that no other has or will have."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
