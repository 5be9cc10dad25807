"""Studies whose trainings are simulated."""

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from tests.support.simulated.studies import one_training_process, simulate


@pytest.fixture(scope="module")
def training_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with one_training_process(tmp_path_factory.mktemp("process")):
        yield


@pytest.fixture(scope="module")
def simulated(training_process: None) -> Iterator[None]:
    """Trainings take no time; nor do databases, which need not outlive a power cut here."""

    def hasten(connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", hasten)
    with pytest.MonkeyPatch.context() as patch:
        simulate(patch)
        yield
    event.remove(Engine, "connect", hasten)
