"""Studies in a SQLite file: Optuna's own test cases, transactions, what is read once."""

from pathlib import Path

import optuna
import pytest
from optuna.storages import BaseStorage, get_storage
from optuna.testing.pytest_storages import StorageTestCase

from study.storage.sqlite import FileStore
from study.storage.trial_storage import TrialStorage
from study.trials.queue import Queue
from tests.support.simulated.stubs import stub_slots, stub_study


@pytest.mark.slow
class TestSQLite(StorageTestCase):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> BaseStorage:
        return get_storage(FileStore(tmp_path / "study.db").optuna())


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    storage = FileStore(tmp_path / "study.db").optuna()
    study = optuna.create_study(storage=storage)

    def write() -> None:
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        trial.set_user_attr("name", "value")
        study.tell(trial, 1.0)

    def fail() -> None:
        with storage.transaction():
            write()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert optuna.load_study(study_name=study.study_name, storage=storage).trials == []
    with storage.transaction():
        write()
        (inside,) = optuna.load_study(study_name=study.study_name, storage=storage).trials
    (trial,) = optuna.load_study(study_name=study.study_name, storage=storage).trials
    assert trial == inside
    assert (trial.value, trial.user_attrs, list(trial.params)) == (1.0, {"name": "value"}, ["x"])


def test_waiting_trials_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path / "study.db")
    queue = Queue(stub_study(store), store, "me")
    queue.enqueue(stub_slots(50))
    assert len(queue.study.trials) == 50
    built: list[int] = []
    build = TrialStorage._build_frozen_trial_from_trial_model

    def count(self: TrialStorage, model: object) -> object:
        built.append(1)
        return build(self, model)  # type: ignore[arg-type]

    monkeypatch.setattr(TrialStorage, "_build_frozen_trial_from_trial_model", count)
    assert len(queue.study.trials) == 50
    assert not built
    assert queue.ask()
    assert [trial.state.name for trial in queue.study.trials].count("RUNNING") == 1
    assert len(built) <= 4


def test_a_lost_answer_is_noticed(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "study.db")
    queue = Queue(stub_study(store), store, "me")
    queue.enqueue(stub_slots(2))
    trial = queue.ask()
    assert trial
    queue._in_hand.clear()  # as if the connection had been lost in the commit
    again = queue.ask()
    assert again
    assert again.number == trial.number
    other = queue.ask()
    assert other
    assert other.number != trial.number
