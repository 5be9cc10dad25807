"""The storages that are used: Optuna's own test cases, URLs, what is refused, what is hidden."""

import gc
import os
import sys
import time
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import optuna
import pytest
from optuna.storages import BaseStorage, get_storage
from optuna.testing.pytest_storages import StorageTestCase
from sqlalchemy.engine import URL

from study.errors import UserError
from study.machine.mounts import network_file_system
from study.storage.opening import SERVERS, Server, open_store
from study.storage.passwords import hide_password
from study.storage.server import ServerStore
from study.storage.sqlite import FileStore
from study.storage.store import Store
from study.storage.trial_storage import TrialStorage
from study.trials.queue import Queue
from tests.support.commands import ROOT
from tests.support.servers.server import MYSQL, POSTGRESQL, MakeDatabase, installed
from tests.support.simulated.stubs import stub_slots, stub_study

MOUNTS = """\
/dev/vda1 / ext4 rw,relatime 0 0
server:/export /home nfs4 rw,vers=4.2 0 0
tmpfs /home/me/fast tmpfs rw 0 0
//nas/share /mnt/my\\040files cifs rw 0 0
me@host:/ /mnt/over fuse.sshfs rw 0 0
/dev/vdb /mnt/over ext4 rw 0 0
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[Mapping[str, MakeDatabase]]:
    with installed() as makes:
        yield makes


@pytest.fixture(params=[POSTGRESQL, MYSQL])
def make(request: pytest.FixtureRequest, servers: Mapping[str, MakeDatabase]) -> MakeDatabase:
    if request.param not in servers:
        pytest.skip(f"no {request.param} server is installed")
    return servers[request.param]


@pytest.fixture
def server_store(make: MakeDatabase, tmp_path: Path) -> Iterator[ServerStore]:
    server, database = make()
    store = open_store(server.url(database), tmp_path / "study.db")
    assert isinstance(store, ServerStore)
    yield store
    store.optuna().engine.dispose()


@pytest.mark.slow
class TestSQLite(StorageTestCase):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> BaseStorage:
        return get_storage(FileStore(tmp_path / "study.db").optuna())


@pytest.mark.slow
class TestServers(StorageTestCase):
    @pytest.fixture
    def storage(self, server_store: ServerStore) -> Iterator[BaseStorage]:
        yield get_storage(server_store.optuna())
        with warnings.catch_warnings():  # unpickled storages are dropped with their connections
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


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


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/runs/study.db", None),
        ("/home/me/runs/study.db", "nfs4"),
        ("/home/me/fast/study.db", None),
        ("/mnt/my files/study.db", "cifs"),
        ("/mnt/over/study.db", None),
    ],
)
def test_network_file_systems_are_known(path: str, kind: str | None) -> None:
    assert network_file_system(Path(path), MOUNTS) == kind


def test_sqlite_on_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("study.storage.sqlite.network_file_system", lambda path: "nfs")
    with pytest.raises(UserError, match=r"network file system \(nfs\)"):
        FileStore(tmp_path / "study.db").optuna()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("oracle://me:hidden@host/db", r"another kind of URL was given \(oracle\)"),
        ("sqlite://", "SQLite file"),
        ("hidden words", "none. Check its form"),
        ("postgresql://me:hidden@host:port/db", "Check its form"),
    ],
)
def test_other_urls_are_refused_and_not_repeated(url: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=sentence) as refused:
        open_store(url, tmp_path / "study.db")
    assert "hidden" not in str(refused.value)


def test_an_entry_is_all_that_a_new_kind_of_server_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[URL] = []

    def open_oracle(url: URL) -> Store:
        opened.append(url)
        return FileStore(tmp_path / "oracle.db")

    monkeypatch.setitem(SERVERS, "oracle", Server(open_oracle, "ORACLE_PASSWORD"))
    monkeypatch.setenv("ORACLE_PASSWORD", "s3cret")
    store = open_store("oracle://me@host/db", tmp_path / "study.db")
    assert store.shown_url.endswith("oracle.db")
    (url,) = opened
    assert (url.host, url.password) == ("host", "s3cret")


def test_a_mistyped_folder_of_a_sqlite_file_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "nodir"
    with pytest.raises(UserError, match="nodir does not exist"):
        open_store(f"sqlite:///{missing / 'x.db'}", tmp_path / "study.db")
    assert not missing.exists()


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_that_is_not_there_is_one_sentence(scheme: str, tmp_path: Path) -> None:
    store = open_store(f"{scheme}://me:hidden@127.0.0.1:1/db", tmp_path / "study.db")
    with pytest.raises(UserError, match="cannot be used") as refused:
        store.optuna()
    assert "hidden" not in str(refused.value)
    assert f"{scheme}://me@127.0.0.1:1/db" in str(refused.value)


@pytest.mark.parametrize(
    ("url", "driver", "extra"),
    [
        ("postgresql://host/db", "psycopg", "postgres"),
        ("mysql://host/db", "pymysql", "mysql"),
        ("mariadb://host/db", "pymysql", "mysql"),
    ],
)
def test_without_the_driver_what_installs_it_is_named(
    url: str, driver: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (requirement,) = project["optional-dependencies"][extra]
    with pytest.raises(UserError) as refused:
        open_store(url, tmp_path / "study.db")
    assert str(refused.value).endswith(f"-m pip install '{requirement}'")


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("postgresql://me:s3%20cret@host/db", "postgresql://me@host/db"),
        (
            "--storage=postgresql+psycopg://me:s3%20cret@h/d",
            "--storage=postgresql+psycopg://me@h/d",
        ),
        ("postgresql://me@host/db?password=s3+cret", "postgresql://me@host/db"),
        ("postgresql:///d?host=h&password=s3%20cret&user=u", "postgresql:///d?host=h&user=u"),
        (
            "--storage=postgresql://h/d?password=s3%20cret&user=u",
            "--storage=postgresql://h/d?user=u",
        ),
    ],
)
def test_a_password_leaves_the_process_list(
    word: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _, arguments: started.append(arguments))
    monkeypatch.setenv("PGPASSWORD", "")
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "study.search", word])
    hide_password()
    assert started == [["python", "-m", "study.search", shown]]
    assert os.environ["PGPASSWORD"] == "s3 cret"
    monkeypatch.setattr(sys, "orig_argv", started[0])
    hide_password()
    assert len(started) == 1


def test_the_password_of_a_mysql_server_leaves_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _, arguments: started.append(arguments))
    monkeypatch.setenv("MYSQL_PWD", "")
    monkeypatch.setattr(sys, "orig_argv", ["python", "mysql://me:s3%20cret@host/db"])
    hide_password()
    assert started == [["python", "mysql://me@host/db"]]
    assert os.environ["MYSQL_PWD"] == "s3 cret"
    store = open_store(started[0][1], tmp_path / "study.db")
    assert isinstance(store, ServerStore)
    assert store._url.password == "s3 cret"
    assert store.shown_url == started[0][1]


def test_the_shown_url_has_no_password(make: MakeDatabase, server_store: ServerStore) -> None:
    server, _ = make()
    assert server_store.shown_url.partition("@")[2].startswith(f"127.0.0.1:{server.port}/")
    assert "s3cret" not in server_store.shown_url


def test_a_lease_is_taken_again_after_the_connection_was_lost(
    server_store: ServerStore, make: MakeDatabase, tmp_path: Path
) -> None:
    server, _ = make()
    database = server_store.shown_url.rsplit("/", 1)[1]
    other = open_store(server.url(database), tmp_path / "study.db")
    assert isinstance(other, ServerStore)
    other.grace = 0.0
    with server_store.lease() as owner:
        with other.transaction():
            assert other.living({owner, "nobody"}) == {owner}
        server.terminate_sessions()
        _wait_until_dead(owner, other)
        other.grace = 60.0
        with other.transaction():
            assert other.living({owner}) == {owner}  # it may come back
        server_store.optuna().get_all_studies()
        other.grace = 0.0
        with other.transaction():
            assert other.living({owner}) == {owner}
    _wait_until_dead(owner, other)
    other.optuna().engine.dispose()


def _wait_until_dead(owner: str, store: ServerStore) -> None:
    """A server frees a session's locks a moment after its connection is closed."""
    last = time.monotonic() + 30
    while True:
        with store.transaction():
            if not store.living({owner}):
                return
        assert time.monotonic() < last, "the lease is still held"
        time.sleep(0.01)


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
