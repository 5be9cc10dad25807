"""The plan of a study: a queue in its storage, asked under a lock, completed exactly.

The plan is a number of slots. A trial that is interrupted or whose worker dies is requeued:
a retry of its slot is enqueued and the trial is failed, in one transaction, so that whoever
is killed half-way duplicates and loses nothing. What is done here may be done
again when the connection to the storage is lost, also when it was done already.
"""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import optuna
from optuna.trial import FrozenTrial, TrialState

from study.storage.store import Store
from study.storage.trial_storage import as_user_errors
from study.trials import attributes as attrs
from study.trials.slots import Progress, Slot

MOST_LOSSES = 3  # of one slot's workers: the first trial's and its two retries'
LOST = "its worker was lost"
_SHORT_PATIENCE = 5.0  # seconds
GAVE_UP = f"given up after {MOST_LOSSES} tries"
NOT_BEGUN = "not begun: its search was closed"

T = TypeVar("T")


class Queue:
    """Hands out the planned trials of one Optuna study, each to one worker."""

    def __init__(self, study: optuna.Study, store: Store, owner: str) -> None:
        self.study = study
        self._store = store
        self._storage = store.optuna()
        self._owner = owner
        self._in_hand: set[int] = set()  # ids of the trials that were asked for and not ended

    def enqueue(self, slots: Sequence[Slot]) -> None:
        """Add to the plan what it lacks; adding the same again changes nothing.

        What is of a closed search is not added.
        """

        def add() -> None:
            present, closed = set(self.slots()), self.closed()
            for slot in slots:
                if slot.number not in present and slot.attributes.get(attrs.SEARCH) not in closed:
                    attributes = {**slot.attributes, attrs.SLOT: slot.number}
                    self.study.enqueue_trial(dict(slot.params), user_attrs=attributes)

        self._exclusively(add)

    def close(self, search: int, reason: str) -> int:
        """End a search: none of its trials begins from now on, whoever asks.

        Args:
            reason: Why those that have not begun have failed.

        Returns:
            How many of its trials are still at work.
        """
        return self._exclusively(lambda: self._close(search, reason))

    def closed(self) -> set[int]:
        """The searches of which no trial may begin any more."""
        stored = self._storage.get_study_user_attrs(self.study._study_id)
        return set(stored.get(attrs.CLOSED, []))

    def slots(self) -> list[int]:
        """The slot of every trial that was not requeued: each of the plan's once."""
        return [
            trial.user_attrs[attrs.SLOT]
            for trial in self._trials()
            if attrs.REQUEUED not in trial.user_attrs and attrs.SLOT in trial.user_attrs
        ]

    def orphans(self) -> list[int]:
        """The ids of running trials whose workers are dead."""
        return self._exclusively(lambda: self._orphans(self._owners()))

    def reap(self) -> None:
        """Put back the trials of dead workers."""
        self._exclusively(self._reap)

    def ask(self) -> optuna.Trial | None:
        """The next waiting trial, now this worker's; None where none is waiting."""
        trial = self._exclusively(self._ask)
        if trial is not None:
            self._in_hand.add(trial._trial_id)
            self._read()
        return trial

    def in_transaction(self, trial: optuna.Trial, action: Callable[[optuna.Trial], T]) -> T:
        """The result of an action that writes to a trial, all of it at once or nothing."""

        def renew() -> None:
            self._forget()
            self._read()
            # The trial's own cache holds what was not written after all.
            vars(trial).update(vars(optuna.Trial(self.study, trial._trial_id)))

        with warnings.catch_warnings():
            # What was written, although the answer was lost, is reported once more.
            warnings.filterwarnings("ignore", "The reported value is ignored", UserWarning)
            return self._retry(self._storage.transaction, lambda: action(trial), renew)

    def finish(
        self,
        trial: optuna.Trial,
        state: TrialState,
        value: float | None = None,
        user_attrs: Mapping[str, Any] | None = None,
    ) -> bool:
        """Finish a trial, once; the slot counts as done.

        Args:
            value: What was measured; Optuna takes a pruned trial's last report itself.
            user_attrs: User attributes that the trial leaves behind.

        Returns:
            False where the trial is finished already, because it was taken from a worker
            that was thought dead; its result is dropped.
        """
        return self._end(trial, lambda frozen: self._finish(frozen, state, value, user_attrs or {}))

    def requeue(self, trial: optuna.Trial, reason: str) -> None:
        """Give up a trial and plan its slot again."""
        self._end(trial, lambda frozen: self._requeue(frozen, reason))

    def lost(self, trial: optuna.Trial, reason: str) -> None:
        """A trial whose training process died: retried at most twice."""
        self._end(trial, lambda frozen: self._record_loss(frozen, reason))

    def shorten_timeout(self) -> None:
        """Wait no longer for a storage that is away: this worker is leaving."""
        self._storage.patience = min(self._storage.patience, _SHORT_PATIENCE)

    def progress(self) -> Progress:
        """How far the plan is, over all workers."""
        counts = self._storage.counts(self.study._study_id, attrs.REQUEUED)
        finished = sum(count for state, count in counts.items() if state.is_finished())
        # Every slot has one trial that is waiting, running, or finished and not requeued.
        return Progress(
            planned=sum(counts.values()),
            finished=finished,
            waiting=counts.get(TrialState.WAITING, 0),
        )

    def _ask(self) -> optuna.Trial | None:
        trial_id = self._reap() or self._take()
        return None if trial_id is None else optuna.Trial(self.study, trial_id)

    def _take(self) -> int | None:
        closed = self.closed()
        while True:
            # A retry comes first, so that what is drawn next may learn from it, as it would have.
            trial_id = self._storage.first(self.study._study_id, TrialState.WAITING, attrs.SLOT)
            if trial_id is None:
                return None
            self._sign(trial_id)
            trial = self._storage.get_trial(trial_id)
            if trial.user_attrs.get(attrs.SEARCH) not in closed:
                return trial_id
            self._finish(trial, TrialState.FAIL, None, {attrs.REASON: NOT_BEGUN})

    def _sign(self, trial_id: int) -> None:
        self._storage.set_trial_state_values(trial_id, TrialState.RUNNING)
        self._storage.set_trial_user_attr(trial_id, attrs.OWNER, self._owner)

    def _close(self, search: int, reason: str) -> int:
        closed = self.closed()
        if search not in closed:
            self.study.set_user_attr(attrs.CLOSED, sorted({*closed, search}))
        unknown = self._reap()
        mine = [trial for trial in self._trials() if trial.user_attrs.get(attrs.SEARCH) == search]
        for trial in mine:
            if trial.state is TrialState.WAITING:
                self._sign(trial._trial_id)
            if trial.state is TrialState.WAITING or trial._trial_id == unknown:
                begun = self._storage.get_trial(trial._trial_id)
                self._finish(begun, TrialState.FAIL, None, {attrs.REASON: reason})
        at_work = [trial for trial in mine if trial.state is TrialState.RUNNING]
        return sum(trial._trial_id != unknown for trial in at_work)

    def _reap(self) -> int | None:
        """Put back the trials of dead workers.

        Returns:
            A trial that is this worker's although it does not know: the answer was lost.
        """
        owners = self._owners()
        for trial_id in self._orphans(owners):
            self._record_loss(self._storage.get_trial(trial_id), LOST)
        mine = {trial_id for trial_id, owner in owners.items() if owner == self._owner}
        return min(mine - self._in_hand, default=None)

    def _owners(self) -> dict[int, str | None]:
        """Whose the running trials are, by id."""
        running = self._storage.marked(self.study._study_id, TrialState.RUNNING, attrs.OWNER)
        return {trial_id: json.loads(text or "null") for trial_id, text in running.items()}

    def _orphans(self, owners: Mapping[int, str | None]) -> list[int]:
        others = {owner for owner in owners.values() if owner not in {None, self._owner}}
        # None is nobody's: something else than this program asked for the trial.
        living = {self._owner, *self._store.living(others)}
        return [trial_id for trial_id, owner in owners.items() if owner not in living]

    def _record_loss(self, trial: FrozenTrial, reason: str) -> None:
        slot = trial.user_attrs[attrs.SLOT]
        losses = 1 + sum(
            other.user_attrs.get(attrs.SLOT) == slot
            and other.user_attrs.get(attrs.WORKER_LOST, False)
            and other.number != trial.number
            for other in self._trials(TrialState.FAIL)
        )
        if losses >= MOST_LOSSES:
            user_attrs = {attrs.REASON: f"{reason}; {GAVE_UP}", attrs.WORKER_LOST: True}
            self._finish(trial, TrialState.FAIL, None, user_attrs)
        else:
            self._requeue(trial, reason, lost=True)

    def _requeue(self, trial: FrozenTrial, reason: str, lost: bool = False) -> None:
        if trial.state is not TrialState.RUNNING:
            return
        retried = any(
            other.user_attrs.get(attrs.RETRY_OF) == trial.number for other in self._trials()
        )
        if not retried:
            self.study.enqueue_trial(
                trial.params or trial.system_attrs.get("fixed_params", {}),
                user_attrs={**_inherited(trial), attrs.RETRY_OF: trial.number},
            )
        user_attrs: dict[str, Any] = {attrs.REASON: reason, attrs.REQUEUED: True}
        if lost:
            user_attrs[attrs.WORKER_LOST] = True
        self._finish(trial, TrialState.FAIL, None, user_attrs)

    def _finish(
        self,
        trial: FrozenTrial,
        state: TrialState,
        value: float | None,
        user_attrs: Mapping[str, Any],
    ) -> bool:
        if trial.state is not TrialState.RUNNING:
            return False
        for name, attr in user_attrs.items():
            self._storage.set_trial_user_attr(trial._trial_id, name, attr)
        self.study.tell(trial.number, value, state=state)
        return True

    def _end(self, trial: optuna.Trial, action: Callable[[FrozenTrial], T]) -> T:
        result = self._exclusively(lambda: action(self._storage.get_trial(trial._trial_id)))
        self._in_hand.discard(trial._trial_id)
        return result

    def _exclusively(self, action: Callable[[], T]) -> T:
        """The result of an action that no other process acts beside."""
        return self._retry(self._store.transaction, action, self._forget)

    def _retry(
        self,
        transaction: Callable[[], AbstractContextManager[Any]],
        action: Callable[[], T],
        forget: Callable[[], None],
    ) -> T:
        def act() -> T:
            with transaction():
                return action()

        with as_user_errors(self._store.shown_url):
            return self._storage.retry(act, forget)

    def _forget(self) -> None:
        """Drop Optuna's cache, which may hold what was rolled back."""
        self.study._storage = optuna.storages.get_storage(self._storage)

    def _read(self) -> None:
        """Read the trials for what comes next, as `optuna.Study.ask` does.

        Optuna's sampler takes what was read last, and its cache can write parameters only of
        trials that it has read.
        """
        self.study._thread_local.cached_all_trials = None
        self.study._get_trials(deepcopy=False, use_cache=True)

    def _trials(self, *states: TrialState) -> list[FrozenTrial]:
        return self.study.get_trials(deepcopy=False, states=states or None)


def _inherited(trial: FrozenTrial) -> dict[str, Any]:
    """What a trial is, without what it has measured."""
    return {name: trial.user_attrs[name] for name in attrs.INHERITED if name in trial.user_attrs}
