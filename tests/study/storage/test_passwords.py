"""A password does not stay where others see it."""

import os
import sys
from pathlib import Path

import pytest

from study.storage.opening import open_store
from study.storage.passwords import hide_password
from study.storage.server import ServerStore


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
