"""Every fault of the matrix: nothing lost, nothing counted twice, nothing stuck."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.matrix import ROWS, MakeDatabase, Row
from tests.postgres import databases, installed

_QUICK = [row for row in ROWS if row.quick is not None]


@pytest.fixture(scope="module")
def make() -> Iterator[MakeDatabase | None]:
    programs = installed()
    if programs is None:
        yield None
        return
    with databases(programs) as make:
        yield make


def _inject(row: Row, folder: Path, make: MakeDatabase | None, full: bool) -> None:
    if row.server and make is None:
        pytest.skip("no PostgreSQL server is installed")
    outcome = row.run(folder / "study", make, full)
    assert outcome.clean, outcome


@pytest.mark.parametrize("row", _QUICK, ids=lambda row: row.fault)
def test_a_little(row: Row, tmp_path: Path, make: MakeDatabase | None) -> None:
    _inject(row, tmp_path, make, full=False)


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_in_full(row: Row, tmp_path: Path, make: MakeDatabase | None) -> None:
    _inject(row, tmp_path, make, full=True)
