"""The table of trainings: its grid, its file, and how it is made."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces import Cell
from study.benchmark.tabulated import tabulate
from study.benchmark.tabulated.grid import AXES, LEVELS, Grid
from study.benchmark.tabulated.trainings import TrainingTable, load_whole
from study.errors import UserError
from study.question.plan import resolve
from study.question.settings import DataSettings, QuestionSettings, SearchSettings, Settings
from tests.support.made_up_table import STORED, default_plan, made_up


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    return made_up()


SPACE = default_plan().space


def test_a_grid_spans_what_the_space_suggests() -> None:
    for cell, widest in ((Cell.LSTM, 64), (Cell.GRU, 74)):
        grid = Grid.spanning(SPACE, cell)
        found = [grid.candidate(point, SPACE.narrowest(cell)) for point in grid.points()]
        assert len(found) == len(set(found)) == np.prod(LEVELS)
        assert max(one.units for one in found) == widest == SPACE.largest(cell).units
        assert all(SPACE.budget.excess(one, SPACE.task) <= 0 for one in found)
        assert all(0 < one.dropout < 0.5 and 3e-4 < one.learning_rate < 1e-2 for one in found)


@given(
    units=st.integers(1, 200),
    dropout=st.floats(0, 0.5),
    recurrent=st.floats(0, 0.5),
    rate=st.floats(3e-4, 1e-2),
)
def test_the_nearest_point_is_the_nearest(
    units: int, dropout: float, recurrent: float, rate: float
) -> None:
    grid = Grid.spanning(SPACE, Cell.GRU)
    wanted = replace(
        SPACE.narrowest(Cell.GRU),
        units=units,
        dropout=dropout,
        recurrent_dropout=recurrent,
        learning_rate=rate,
    )
    point = grid.nearest(wanted)
    for name, level, levels in zip(AXES, point, grid.levels, strict=True):
        value = getattr(wanted, name)
        far = [abs(one - value) for one in levels]
        if name in {"units", "learning_rate"}:
            far = [max(one / value, value / one) for one in levels]
        assert far[level] == pytest.approx(min(far))


def test_a_point_of_the_grid_is_its_own_nearest(table: TrainingTable) -> None:
    for grid in table.grids:
        for point in grid.points():
            candidate = grid.candidate(point, SPACE.narrowest(grid.cell))
            assert grid.nearest(candidate) == point
    training = table.training(candidate, 2)
    counts, examples = table.validation[(1, *point, 2)], table.plan.dataset.sizes["validation"]
    assert training.curve == tuple(count / examples for count in counts if count)


def test_a_table_comes_back_as_it_was(table: TrainingTable, tmp_path: Path) -> None:
    table.save(tmp_path / "table.npz")
    found = load_whole(tmp_path / "table.npz", default_plan())
    assert (found.validation == table.validation).all()
    assert (found.test == table.test).all()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda table: table.validation.__setitem__((0, 0, 0, 0, 0, 0, 2), 0), "gap"),
        (lambda table: table.test.__setitem__((0, 0, 0, 0, 0, 0), 2563), "more correct"),
        (lambda table: table.validation.__setitem__((0, 0, 0, 0, 0, 0), 0), "gap"),
    ],
)
def test_a_damaged_table_is_refused(damage: object, words: str, tmp_path: Path) -> None:
    table = made_up()
    assert callable(damage)
    damage(table)
    table.save(tmp_path / "table.npz")
    with pytest.raises(UserError, match=words):
        load_whole(tmp_path / "table.npz", default_plan())


def test_what_is_no_table_is_refused(table: TrainingTable, tmp_path: Path) -> None:
    path = tmp_path / "table.npz"
    with pytest.raises(UserError, match="makes it"):
        load_whole(path, default_plan())
    replace(table, test=table.test[:1]).save(path)
    with pytest.raises(UserError, match="wrong shape"):
        load_whole(path, default_plan())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match="no such table"):
        load_whole(path, default_plan())
    other = io.BytesIO()
    np.savez(other, validation=np.zeros(3))
    path.write_bytes(other.getvalue())
    with pytest.raises(UserError, match="no such table"):
        load_whole(path, default_plan())


def test_an_incomplete_table_is_not_searched(tmp_path: Path) -> None:
    table = made_up()
    table.validation[0, 0, 0, 0, 0, 0] = 0
    table.test[0, 0, 0, 0, 0, 0] = 0
    table.save(tmp_path / "table.npz")
    with pytest.raises(UserError, match="lacks 1 of 1,296"):
        load_whole(tmp_path / "table.npz", default_plan())


def small(texts: Path) -> Settings:
    return Settings(
        data=DataSettings(dataset=str(texts), sequence_length=6, embedding=8),
        question=QuestionSettings(max_params=900),
        search=SearchSettings(epochs=2),
    )


def test_what_a_table_lacks_is_trained(texts: Path, tmp_path: Path) -> None:
    plan = resolve(small(texts))
    path = tmp_path / "made" / "table.npz"
    begun = TrainingTable.empty(plan, 2)
    assert begun.missing.all()
    lacking = [(0, 0, 0, 0, 0, 0), (1, 0, 1, 2, 3, 1)]
    begun.validation[..., 0] = 1
    begun.test[...] = 1
    for index in lacking:
        begun.validation[index] = begun.test[index] = 0
    begun.save(path)
    assert tabulate.tabulate(path, 1, small(texts))
    table = load_whole(path, plan)
    for index in lacking:
        assert (table.validation[index] > 1).all()
        assert table.test[index] > 1
    assert (table.test == 1).sum() == table.test.size - 2
    before = path.read_bytes()
    assert tabulate.tabulate(path, 1, small(texts))
    assert path.read_bytes() == before
    other = replace(small(texts), question=QuestionSettings(max_params=800))
    with pytest.raises(UserError, match="another data set, budget or grid"):
        tabulate.tabulate(path, 1, other)
    with pytest.raises(UserError, match="another data set, budget or grid"):
        load_whole(path, default_plan())


def test_a_table_is_not_made_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        tabulate.tabulate(tmp_path / "file" / "table.npz", 1)


def test_the_stored_table_is_of_todays_defaults() -> None:
    assert load_whole(STORED, default_plan()).seeds == 2
    assert STORED.stat().st_size < 500_000
