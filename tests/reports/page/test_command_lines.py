from dataclasses import replace
from pathlib import Path

import pytest

from reports.page.command_lines import Commands
from tests.support.made_up.records import search_record


def commands(storage: str, folder: Path) -> Commands:
    return Commands(replace(search_record(), storage=storage, resume="python -m x"), folder)


def test_the_storage_in_the_folder_needs_no_flag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "a b?"
    found = commands(f"sqlite:///{run / 'study.db'}", run)
    assert found.on_this_run("report") == f"python -m reports '{run}'"
    assert found.resume() == "python -m x"
    assert found.dashboard() == f"python -m study.dashboard '{run}'"
    assert found.password_variable is None
    assert found.stored_in == "study.db beside this report"
    monkeypatch.chdir(tmp_path)
    assert "--storage" not in commands("sqlite:///runs/s/study.db", tmp_path / "runs/s").resume()


@pytest.mark.parametrize(
    ("storage", "shown", "variable"),
    [
        ("sqlite:////tmp/my other.db", "'sqlite:////tmp/my other.db'", None),
        ("postgresql://host/db", "postgresql://host/db", None),
        ("postgresql://ann@host/db", "postgresql://ann@host/db", "PGPASSWORD"),
        ("postgresql://ann:***@host:5432/db", "postgresql://ann@host:5432/db", "PGPASSWORD"),
        ("mysql://ann:***@host/db", "mysql://ann@host/db", "MYSQL_PWD"),
    ],
)
def test_another_storage_is_named_without_its_password(
    storage: str, shown: str, variable: str | None, tmp_path: Path
) -> None:
    found = commands(storage, tmp_path)
    assert found.on_this_run("report") == f"python -m reports {tmp_path} --storage {shown}"
    assert found.resume() == f"python -m x --storage {shown}"
    assert found.dashboard() == f"optuna-dashboard {shown}"
    assert found.stored_in in {storage, shown}
    assert found.password_variable == variable
