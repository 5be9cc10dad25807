"""Ask, tell, kill, reap, resume in any order, against a model in memory."""

import itertools
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from optuna.trial import TrialState

from study.storage.sqlite import FileStore
from study.trials import attributes as attrs
from study.trials.queue import MOST_LOSSES, Queue
from tests.support.simulated.stubs import stub_slots

_names = itertools.count()


@dataclass(frozen=True)
class Life:
    """A worker: its lease, and its view of the study."""

    queue: Queue
    lease: ExitStack
    owner: str


@dataclass
class Model:
    """What should be true of every slot.

    Attributes:
        waiting: Slots; the first of the plan is handed out first.
        held: Who works on which slot.
        losses: Of each slot's workers.
        results: Finished slots; None where they were given up.
    """

    waiting: list[int] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)
    losses: Counter[int] = field(default_factory=Counter)
    results: dict[int, float | None] = field(default_factory=dict)

    def record_loss(self, slot: int) -> None:
        del self.held[slot]
        self.losses[slot] += 1
        if self.losses[slot] >= MOST_LOSSES:
            self.results[slot] = None
        else:
            self.waiting.append(slot)

    def reap(self, living: set[str]) -> None:
        """In the order of the trials' numbers, which is that of being handed out."""
        for slot, owner in list(self.held.items()):
            if owner not in living:
                self.record_loss(slot)


@dataclass(frozen=True)
class Held:
    """A trial in a worker's hands, perhaps not any more."""

    worker: Life
    trial: optuna.Trial

    @property
    def slot(self) -> int:
        slot: int = self.trial.user_attrs[attrs.SLOT]
        return slot


class Machine(RuleBasedStateMachine):
    workers = Bundle("workers")
    trials = Bundle("trials")

    def __init__(self, store: FileStore) -> None:
        super().__init__()
        self.model = Model()
        self.living: dict[str, Life] = {}
        self.owners: dict[int, str] = {}  # of the trials in hand, by number
        self.store = store
        self.name = f"study {next(_names)}"
        optuna.create_study(storage=self.store.optuna(), study_name=self.name)
        self.looker = self._queue("looker")
        self.planner = self._queue("planner")
        self.planned = 0

    def _queue(self, owner: str) -> Queue:
        """As a process of its own has it: with a cache of its own."""
        study = optuna.load_study(study_name=self.name, storage=self.store.optuna())
        return Queue(study, self.store, owner)

    @initialize(count=st.integers(1, 5))
    def plan_first(self, count: int) -> None:
        self.plan(count)

    @rule(count=st.integers(1, 7))
    def plan(self, count: int) -> None:
        self.planner.enqueue(stub_slots(count))
        self.model.waiting += range(self.planned, count)
        self.planned = max(self.planned, count)

    @rule(target=workers)
    def start(self) -> Life:
        lease = ExitStack()
        owner = lease.enter_context(self.store.lease())
        life = Life(self._queue(owner), lease, owner)
        self.living[owner] = life
        return life

    @rule(worker=consumes(workers))
    def kill(self, worker: Life) -> None:
        worker.lease.close()
        self.living.pop(worker.owner, None)

    @rule(target=trials, worker=workers)
    def ask(self, worker: Life) -> Any:
        trial = worker.queue.ask()
        self.model.reap(set(self.living))
        if not self.model.waiting:
            assert trial is None
            return multiple()
        slot = min(self.model.waiting)
        self.model.waiting.remove(slot)
        assert trial
        assert trial.user_attrs[attrs.SLOT] == slot
        self.model.held[slot] = worker.owner
        self.owners[trial.number] = worker.owner
        return Held(worker, trial)

    def _holds(self, held: Held) -> bool:
        """Whether the worker still has the trial, and not only thinks so."""
        return self.owners.get(held.trial.number) == held.worker.owner and (
            self.model.held.get(held.slot) == held.worker.owner
        )

    @rule(held=trials, value=st.floats(0, 1), state=st.sampled_from(["COMPLETE", "FAIL"]))
    def tell(self, held: Held, value: float, state: str) -> None:
        complete = state == "COMPLETE"
        told = held.worker.queue.finish(held.trial, TrialState[state], value if complete else None)
        assert told == self._holds(held)
        if told:
            self._end(held)
            self.model.results[held.slot] = value if complete else None

    @rule(held=trials)
    def requeue(self, held: Held) -> None:
        held.worker.queue.requeue(held.trial, "interrupted")
        if self._holds(held):
            self._end(held)
            self.model.waiting.append(held.slot)

    @rule(held=trials)
    def lose(self, held: Held) -> None:
        held.worker.queue.lost(held.trial, "its training process died")
        if self._holds(held):
            self.model.record_loss(held.slot)
            del self.owners[held.trial.number]

    def _end(self, held: Held) -> None:
        del self.model.held[held.slot]
        del self.owners[held.trial.number]

    @invariant()
    def agrees(self) -> None:
        progress = self.looker.progress()
        model = self.model
        assert progress.planned == self.planned
        assert progress.finished == len(model.results)
        assert progress.waiting == len(model.waiting)
        trials = self.looker.study.get_trials(deepcopy=False)
        results = {
            t.user_attrs[attrs.SLOT]: t.value
            for t in trials
            if t.state.is_finished() and attrs.REQUEUED not in t.user_attrs
        }
        assert results == model.results
        losses = Counter(
            t.user_attrs[attrs.SLOT] for t in trials if attrs.WORKER_LOST in t.user_attrs
        )
        assert losses == model.losses

    def teardown(self) -> None:
        """Whatever has happened: one more worker completes the plan."""
        for life in self.living.values():
            life.lease.close()
        with self.store.lease() as owner:
            queue = self._queue(owner)
            while trial := queue.ask():
                assert queue.finish(trial, TrialState.COMPLETE, 0.5)
            assert queue.progress().done
            assert sorted(queue.slots()) == list(range(self.planned))


def check(examples: int) -> None:
    """Try to make the queue and the model disagree."""
    memory = Path("/dev/shm")  # the disk's own time is of no interest here
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        store = FileStore(Path(folder) / "study.db")
        run_state_machine_as_test(
            lambda: Machine(store),  # type: ignore[arg-type]  # any factory will do
            settings=settings(
                max_examples=examples,
                stateful_step_count=15,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        store.optuna().engine.dispose()


def test_any_order_agrees_with_the_model() -> None:
    check(15)


@pytest.mark.slow
def test_any_order_agrees_with_the_model_at_length() -> None:
    check(2000)
