"""Which storages are opened, and what is refused in which words."""

import sys
import tomllib
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from study.errors import UserError
from study.machine.mounts import network_file_system
from study.storage.opening import SERVERS, Server, open_store
from study.storage.sqlite import FileStore
from study.storage.store import Store
from tests.support.commands import ROOT

MOUNTS = """\
/dev/vda1 / ext4 rw,relatime 0 0
server:/export /home nfs4 rw,vers=4.2 0 0
tmpfs /home/me/fast tmpfs rw 0 0
//nas/share /mnt/my\\040files cifs rw 0 0
me@host:/ /mnt/over fuse.sshfs rw 0 0
/dev/vdb /mnt/over ext4 rw 0 0
"""


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
