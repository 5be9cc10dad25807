"""Every fault of the matrix: nothing lost, nothing counted twice, nothing stuck."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.faults.matrix import ROWS, Row
from tests.support.servers.server import MakeDatabase, installed

_QUICK = [row for row in ROWS if row.quick is not None]


@pytest.fixture(scope="module")
def make() -> Iterator[Mapping[str, MakeDatabase]]:
    with installed() as make:
        yield make


def _inject(row: Row, folder: Path, make: Mapping[str, MakeDatabase], full: bool) -> None:
    if row.server and row.server not in make:
        pytest.skip(f"no {row.server} server is installed")
    outcome = row.run(folder / "study", make, full)
    assert outcome.clean, outcome


@pytest.mark.parametrize("row", _QUICK, ids=lambda row: row.fault)
def test_a_little(row: Row, tmp_path: Path, make: Mapping[str, MakeDatabase]) -> None:
    _inject(row, tmp_path, make, full=False)


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_in_full(row: Row, tmp_path: Path, make: Mapping[str, MakeDatabase]) -> None:
    _inject(row, tmp_path, make, full=True)
