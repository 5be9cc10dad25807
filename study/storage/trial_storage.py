"""Optuna's storage, with cheaper reads, and writes that happen together or not at all."""

import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from optuna.storages._rdb.models import TrialModel, TrialUserAttributeModel
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import Integer, Select, and_, cast, func, or_, select
from sqlalchemy.exc import (
    DisconnectionError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from study.errors import UserError

_FIRST_PAUSE = 0.1  # seconds; doubles with every try
_LONGEST_PAUSE = 2.0
# The last comes from Optuna, which asks again in a session that has lost its connection.
_LOST = (OperationalError, InterfaceError, DisconnectionError, PendingRollbackError)

T = TypeVar("T")


class StorageError(UserError):
    """The database cannot be used, or cannot any more; the message says what to do."""


class _Session(Session):
    """A session that can stay open over several of Optuna's operations.

    Optuna commits and closes its session after each of them.
    """

    in_outer_transaction = False
    rolled_back = False  # something was, in the outer transaction

    def commit(self) -> None:
        if self.in_outer_transaction:
            self.flush()
        else:
            super().commit()

    def rollback(self) -> None:
        self.rolled_back = True
        super().rollback()

    def close(self) -> None:
        if self.in_outer_transaction:
            self.expunge_all()  # what was written by plain SQL is read anew
        else:
            super().close()


class TrialStorage(RDBStorage):
    """Optuna's storage on a relational database.

    * `transaction` makes several operations one.
    * Waiting trials that the reader has are not read again: nobody changes them. Optuna
      reads every unfinished trial in full at every look, which with 300 waiting trials
      takes 25 ms.
    * Reads, and writes that may be repeated, are tried again while the server is away.
    """

    def __init__(self, url: str, engine_kwargs: dict[str, Any], patience: float = 0.0) -> None:
        """Open the database, creating missing tables.

        Args:
            url: As SQLAlchemy takes it.
            engine_kwargs: For SQLAlchemy's engine.
            patience: Seconds to go on trying when the connection is lost.

        Raises:
            StorageError: Another version of Optuna has made the tables.
        """
        try:
            super().__init__(for_optuna(url), engine_kwargs)
        except RuntimeError as error:
            raise StorageError(f"The database fits another version of Optuna: {error}") from error
        self.patience = patience
        self._hold_sessions()

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._hold_sessions()

    def _hold_sessions(self) -> None:
        self.scoped_session = scoped_session(sessionmaker(bind=self.engine, class_=_Session))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Make everything that is written in the block one transaction.

        Raises:
            StorageInternalError: Nothing was written; or, when the connection was lost in the
                commit itself, possibly everything.
        """
        session = self._session()
        session.in_outer_transaction, session.rolled_back = True, False
        try:
            yield session
            session.in_outer_transaction = False
            if session.rolled_back:
                raise StorageInternalError("A part of a transaction was rolled back.")
            session.commit()
        except SQLAlchemyError as error:
            raise StorageInternalError("A transaction failed.") from error
        finally:
            session.in_outer_transaction = False
            session.rollback()
            session.close()

    def retry(self, action: Callable[[], T], forget: Callable[[], None] | None = None) -> T:
        """The result of an action that may be repeated.

        Args:
            forget: Called before it is repeated.

        Raises:
            StorageInternalError: The connection stayed away for longer than `patience`, or the
                error is of another kind.
        """
        pause, last = _FIRST_PAUSE, time.monotonic() + self.patience
        while True:
            try:
                return action()
            except (StorageInternalError, SQLAlchemyError) as error:
                in_outer = self._session().in_outer_transaction
                if in_outer or not _is_lost(error) or time.monotonic() + pause > last:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            if forget:
                forget()

    def _session(self) -> _Session:
        """This thread's session."""
        session = self.scoped_session()
        assert isinstance(session, _Session)
        return session

    def get_trial(self, trial_id: int) -> FrozenTrial:
        """As Optuna's."""
        return self.retry(lambda: super(TrialStorage, self).get_trial(trial_id))

    def get_study_user_attrs(self, study_id: int) -> dict[str, Any]:
        """As Optuna's."""
        return self.retry(lambda: super(TrialStorage, self).get_study_user_attrs(study_id))

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:
        """As Optuna's."""
        self.retry(lambda: super(TrialStorage, self).set_trial_system_attr(trial_id, key, value))

    def _get_trials(
        self,
        study_id: int,
        states: Container[TrialState] | None,
        included_trial_ids: set[int],
        trial_id_greater_than: int,
    ) -> list[FrozenTrial]:
        """What Optuna's cache lacks: the trials it names, and those above an id."""
        parent = super()._get_trials

        def read() -> list[FrozenTrial]:
            if not included_trial_ids:
                return parent(study_id, states, included_trial_ids, trial_id_greater_than)
            found = self._unread(study_id, trial_id_greater_than)
            known = {
                trial_id
                for trial_id, state in found.items()
                if state is TrialState.WAITING and trial_id in included_trial_ids
            }
            wanted = (included_trial_ids | found.keys()) - known
            newest = max([trial_id_greater_than, *included_trial_ids, *found])
            return parent(study_id, states, wanted, newest)

        return self.retry(read)

    def _unread(self, study_id: int, newest: int) -> dict[int, TrialState]:
        """The states of the waiting trials and of those above an id."""
        return self._pairs(
            select(TrialModel.trial_id, TrialModel.state).where(
                TrialModel.study_id == study_id,
                or_(TrialModel.state == TrialState.WAITING, TrialModel.trial_id > newest),
            )
        )

    def marked(self, study_id: int, state: TrialState, key: str) -> dict[int, str | None]:
        """The trials in a state, by id and in its order, each with a user attribute's JSON."""
        query = select(TrialModel.trial_id, TrialUserAttributeModel.value_json)
        return self._pairs(
            _with_user_attribute(query, key)
            .where(TrialModel.study_id == study_id, TrialModel.state == state)
            .order_by(TrialModel.trial_id)
        )

    def first(self, study_id: int, state: TrialState, key: str) -> int | None:
        """The id of the trial in a state whose user attribute is the smallest integer."""
        place = cast(TrialUserAttributeModel.value_json, Integer)
        query = (
            _with_user_attribute(select(TrialModel.trial_id), key)
            .where(TrialModel.study_id == study_id, TrialModel.state == state)
            .order_by(place, TrialModel.trial_id)
            .limit(1)
        )
        with self._session() as session:
            found: int | None = session.scalar(query)
            return found

    def counts(self, study_id: int, key: str) -> dict[TrialState, int]:
        """How many trials without a user attribute are in each state."""
        query = (
            _with_user_attribute(select(TrialModel.state, func.count()), key)
            .where(TrialModel.study_id == study_id, TrialUserAttributeModel.trial_id.is_(None))
            .group_by(TrialModel.state)
        )
        return self.retry(lambda: self._pairs(query))

    def _pairs(self, query: Select[Any]) -> dict[Any, Any]:
        """What a query of two columns finds, the second by the first."""
        with self._session() as session:
            return {row[0]: row[1] for row in session.execute(query)}


def _with_user_attribute(query: Select[Any], key: str) -> Select[Any]:
    """The trials with this attribute where they have it, and nothing where they have not."""
    attribute = TrialUserAttributeModel
    return query.outerjoin(
        attribute, and_(attribute.trial_id == TrialModel.trial_id, attribute.key == key)
    )


def for_optuna(url: str) -> str:
    """A database URL as Optuna takes it, which passes it through `str.format`."""
    return url.replace("{", "{{").replace("}", "}}")


@contextmanager
def as_user_errors(where: str) -> Iterator[None]:
    """Turn the storage's own errors into a sentence.

    Args:
        where: The database, without its password.

    Raises:
        StorageError: The database failed in the block.
    """
    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        raise StorageError(_sentence(where, error)) from error


def _sentence(where: str, error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    # The driver's own words: SQLAlchemy's would repeat the statement and its parameters.
    words = getattr(cause, "orig", None) or (cause or error).args[0]
    reason = " ".join(str(words).split()).rstrip(".")
    return (
        f"The database {where} cannot be used ({reason}). What is finished stays in it; correct "
        "this, and give the same command again."
    )


def _is_lost(error: Exception) -> bool:
    """Whether it is the connection that failed, so that trying again may help."""
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    return (
        cause is None or isinstance(cause, _LOST) or getattr(cause, "connection_invalidated", False)
    )
