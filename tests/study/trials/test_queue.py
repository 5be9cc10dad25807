"""A plan is completed exactly: nothing lost, nothing run twice."""

from contextlib import ExitStack
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from study.storage.sqlite import FileStore
from study.trials import attributes as attrs
from study.trials.queue import MOST_LOSSES, NOT_BEGUN, Queue
from study.trials.reading import status_of
from study.trials.record import Status
from study.trials.slots import Slot
from tests.support.simulated.stubs import stub_slots, stub_study


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "study.db")


@pytest.fixture
def queue(store: FileStore) -> Queue:
    queue = Queue(stub_study(store), store, "me")
    queue.enqueue(stub_slots(3))
    return queue


def statuses(queue: Queue) -> list[Status]:
    return [status_of(trial) for trial in queue.study.trials]


def ask(queue: Queue) -> optuna.Trial:
    trial = queue.ask()
    assert trial
    return trial


def test_planning_again_changes_nothing_and_a_longer_plan_adds(queue: Queue) -> None:
    queue.enqueue(stub_slots(3))
    assert queue.progress().planned == 3
    queue.enqueue(stub_slots(5))
    assert queue.progress().planned == 5


def test_asks_in_order_until_nothing_waits(queue: Queue) -> None:
    asked = [ask(queue).user_attrs[attrs.SLOT] for _ in range(3)]
    assert asked == [0, 1, 2]
    assert queue.ask() is None
    assert not queue.progress().done


def test_finishes_once(queue: Queue) -> None:
    trial = ask(queue)
    assert queue.finish(trial, TrialState.COMPLETE, 0.5, {attrs.EPOCHS: 3})
    assert not queue.finish(trial, TrialState.COMPLETE, 0.7)
    frozen = queue.study.trials[0]
    assert (frozen.value, frozen.user_attrs[attrs.EPOCHS]) == (0.5, 3)


def test_a_retry_inherits_slot_and_parameters(queue: Queue) -> None:
    trial = ask(queue)
    drawn = trial.suggest_float("x", 0, 1)
    queue.requeue(trial, "interrupted")
    assert statuses(queue)[0] is Status.REQUEUED
    assert queue.progress().planned == 3
    while (retry := ask(queue)).user_attrs[attrs.SLOT] != 0:
        pass
    assert retry.user_attrs[attrs.RETRY_OF] == trial.number
    assert retry.suggest_float("x", 0, 1) == drawn


def test_a_living_worker_keeps_its_trial(store: FileStore, queue: Queue) -> None:
    with store.lease() as owner:
        theirs = Queue(stub_study(store), store, owner)
        taken = ask(theirs)
        ask(queue)
        assert queue.study.trials[taken.number].state is TrialState.RUNNING


def test_a_dead_workers_trial_is_tried_again_and_its_late_result_dropped(
    store: FileStore, queue: Queue
) -> None:
    with ExitStack() as life:
        owner = life.enter_context(store.lease())
        theirs = Queue(stub_study(store), store, owner)
        taken = ask(theirs)
    slots = [ask(queue).user_attrs[attrs.SLOT] for _ in range(3)]
    assert slots == [0, 1, 2]  # what was lost comes first
    assert statuses(queue)[taken.number] is Status.REQUEUED
    assert not theirs.finish(taken, TrialState.COMPLETE, 0.9)
    assert queue.progress().planned == 3


def test_an_unsigned_running_trial_is_a_dead_workers(queue: Queue) -> None:
    queue.study.ask()  # as a worker does that dies before it signs
    assert [ask(queue).user_attrs[attrs.SLOT] for _ in range(3)] == [0, 1, 2]


def test_a_reaper_killed_halfway_duplicates_nothing(queue: Queue) -> None:
    dead = queue.study.ask()
    queue.study.enqueue_trial(  # the reaper's first half
        {}, user_attrs={attrs.SLOT: 0, attrs.CELL: "lstm", attrs.RETRY_OF: dead.number}
    )
    slots = [ask(queue).user_attrs[attrs.SLOT] for _ in range(3)]
    assert sorted(slots) == [0, 1, 2]
    assert queue.ask() is None


def test_a_slot_whose_workers_die_is_given_up_with_a_reason(queue: Queue) -> None:
    losses = 0
    while trial := queue.ask():
        if trial.user_attrs[attrs.SLOT] == 1:
            queue.lost(trial, "its training process died (SIGKILL)")
            losses += 1
        else:
            queue.finish(trial, TrialState.COMPLETE, 0.5)
    assert losses == MOST_LOSSES
    assert queue.progress().done
    failed = [trial for trial in queue.study.trials if status_of(trial) is Status.FAILED]
    assert [trial.user_attrs[attrs.REASON] for trial in failed] == [
        "its training process died (SIGKILL); given up after 3 tries"
    ]


def test_interruptions_are_not_deaths(queue: Queue) -> None:
    for _ in range(2 * MOST_LOSSES):
        queue.requeue(ask(queue), "interrupted")
    assert queue.progress() == type(queue.progress())(planned=3, finished=0, waiting=3)


def of_searches(queue: Queue) -> list[tuple[int, str]]:
    """The search and the reason of every trial that is finished."""
    return [
        (trial.user_attrs[attrs.SEARCH], trial.user_attrs.get(attrs.REASON, ""))
        for trial in queue.study.trials
        if trial.state.is_finished()
    ]


@pytest.fixture
def searches(store: FileStore) -> Queue:
    """Two trials each of searches 1 and 2."""
    queue = Queue(stub_study(store), store, "me")
    queue.enqueue([Slot(number, {}, {attrs.SEARCH: 1 + number // 2}) for number in range(4)])
    return queue


def test_closing_a_search_fails_what_has_not_begun_of_it_alone(searches: Queue) -> None:
    running = ask(searches)
    assert searches.close(1, "the time was up") == 1
    assert of_searches(searches) == [(1, "the time was up")]
    assert searches.finish(running, TrialState.COMPLETE, 0.5)
    assert searches.close(1, "again") == 0
    assert of_searches(searches) == [(1, ""), (1, "the time was up")]
    assert ask(searches).user_attrs[attrs.SEARCH] == 2


def test_no_trial_of_a_closed_search_begins(searches: Queue) -> None:
    interrupted = ask(searches)
    searches.close(1, "the time was up")
    searches.requeue(interrupted, "interrupted")
    searches.enqueue([Slot(number, {}, {attrs.SEARCH: 1}) for number in range(10, 14)])
    assert [ask(searches).user_attrs[attrs.SEARCH] for _ in range(2)] == [2, 2]
    assert searches.ask() is None
    assert of_searches(searches)[-1] == (1, NOT_BEGUN)
    assert sorted(searches.slots()) == [0, 1, 2, 3]


def test_closing_a_search_ends_what_dead_workers_had_of_it(
    store: FileStore, searches: Queue
) -> None:
    with ExitStack() as life:
        owner = life.enter_context(store.lease())
        ask(Queue(stub_study(store), store, owner))
        assert searches.close(1, "the time was up") == 1  # it lives
    assert searches.close(1, "the time was up") == 0
    assert statuses(searches).count(Status.REQUEUED) == 1
    assert statuses(searches).count(Status.PLANNED) == 2  # of the other search


def test_a_trial_whose_answer_was_lost_does_not_keep_a_search_open(searches: Queue) -> None:
    ask(searches)
    searches._in_hand.clear()  # as if the connection had been lost in the commit
    assert searches.close(1, "the time was up") == 0
    assert of_searches(searches) == [(1, "the time was up")] * 2
