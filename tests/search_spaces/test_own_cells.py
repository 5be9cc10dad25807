"""A user's own cells, by module and class."""

import pickle
import sys
from pathlib import Path

import pytest

from search_spaces import Budget, Candidate, Cell, Task, match
from search_spaces.cells import cell_name
from search_spaces.own_cells import CellError

PEEPHOLE = """
class Peephole:
    name = "LSTM (peepholes)"

    def parameters(self, inputs, units):
        return 4 * units * (inputs + units + 1) + 3 * units

    def layer(self, units, **options): ...


class Nameless:
    def parameters(self, inputs, units): ...
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a module of cells."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "peepholes.py").write_text(PEEPHOLE)
    (tmp_path / "broken_cells.py").write_text("import this is no Python")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_cell_of_ones_own_is_a_cell() -> None:
    cell = Cell("peepholes:Peephole")
    assert pickle.loads(pickle.dumps(cell)) is cell
    assert cell_name("peepholes:Peephole") == cell.display_name == "LSTM (peepholes)"
    assert (cell.own, cell.module, cell.fused_layer) == (True, "peepholes", None)
    assert str(cell.blocks) == "u(4d + 4u + 7)"
    shapes = [Candidate(cell=each, units=1, embedding=16) for each in (cell, Cell.GRU)]
    assert match(shapes, Budget(20_736), Task(60, 13, 16)).within_tolerance


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nix", r"The cells are lstm, .*, and a class of one's own as module:Class, but 'nix'"),
        ("no_such_cells:A", r"is looked for in no_such_cells\.py, but .* has no such module\."),
        ("broken_cells:A", r"which cannot be imported \(SyntaxError: .*\)\. Correct it\.$"),
        ("peepholes:A", r"but peepholes has none that is called 'A'\."),
        ("peepholes:Nameless", r"but peepholes:Nameless lacks its name and layer\."),
    ],
)
def test_what_is_no_cell_is_refused(folder: Path, name: str, sentence: str) -> None:
    with pytest.raises(CellError, match=sentence):
        Cell(name)
