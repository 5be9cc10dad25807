"""Studies on database servers: Optuna's own test cases, leases, the URL that is shown."""

import gc
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from optuna.storages import BaseStorage, get_storage
from optuna.testing.pytest_storages import StorageTestCase

from study.storage.opening import open_store
from study.storage.server import ServerStore
from tests.support.servers.server import MYSQL, POSTGRESQL, MakeDatabase, installed


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
class TestServers(StorageTestCase):
    @pytest.fixture
    def storage(self, server_store: ServerStore) -> Iterator[BaseStorage]:
        yield get_storage(server_store.optuna())
        with warnings.catch_warnings():  # unpickled storages are dropped with their connections
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


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
