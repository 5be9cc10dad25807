"""The table of trainings: its grid, its file, and how it is made."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces import Cell
from study.benchmark.tabulated import tabulate
from study.benchmark.tabulated.grid import AXES, LEVELS, Grid
from study.benchmark.tabulated.stopping import StoppingRule
from study.benchmark.tabulated.trainings import TrainingTable, load_whole
from study.errors import UserError
from study.question.plan import StudyPlan, resolve
from study.question.settings import DataSettings, QuestionSettings, Settings
from tests.support.made_up.trainings import STORED, default_plan, made_up


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
        assert all(0 < one.dropout < 0.5 and 3e-4 < one.learning_rate < 3e-2 for one in found)
        half = sorted({SPACE.budget.excess(one, SPACE.task) for one in found})[0]
        assert half == pytest.approx(-SPACE.budget.limit / 2, rel=0.03)


@given(
    units=st.integers(1, 200),
    dropout=st.floats(0, 0.5),
    recurrent=st.floats(0, 0.5),
    rate=st.floats(3e-4, 3e-2),
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
    losses = table.arrays.loss[(1, *point, 2)]
    epochs = int(table.planned_rule.trained(losses))
    assert training.curve == tuple(losses[:epochs].tolist())
    assert epochs < np.isfinite(losses).sum()


def test_the_kept_epoch_is_what_counts(table: TrainingTable) -> None:
    long, short = StoppingRule(12, 100), StoppingRule(1, 3)
    index = (1, 0, 1, 0, 4, 2)
    losses, right = table.arrays.loss[index], table.arrays.test[index]
    examples = table.plan.dataset.sizes["test"]
    assert table.accuracy(long)[index] == right[np.nanargmin(losses)] / examples
    assert table.accuracy(short)[index] == right[np.argmin(losses[:3])] / examples
    planned = table.accuracy(table.planned_rule)
    for number, cell in enumerate(table.plan.cells):
        worth = table.worth[cell]
        assert worth[0].tolist() == worth[1].tolist()
        assert worth[0, 1, 0, 2] == pytest.approx(planned[number, 1, 1, 0, 2].mean())
    answers = table.answers[index[:1] + index[2:]]
    wide = (1, 1, *index[2:])
    assert answers.sum() / examples == table.accuracy(long)[wide]


def test_a_table_comes_back_as_it_was(table: TrainingTable, tmp_path: Path) -> None:
    table.save(tmp_path / "table.npz")
    found = load_whole(tmp_path / "table.npz", default_plan())
    assert (found.grids, found.rule) == (table.grids, table.rule)
    for name, array in table.arrays.named().items():
        np.testing.assert_array_equal(found.arrays.named()[name], array)


FIRST = (0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda arrays: arrays.loss.__setitem__((*FIRST, 2), np.nan), "gap"),
        (lambda arrays: arrays.test.__setitem__((*FIRST, 0), 2563), "more correct"),
        (lambda arrays: arrays.answers.__setitem__(FIRST, 0), "not those of the best"),
    ],
)
def test_a_damaged_table_is_refused(damage: object, words: str, tmp_path: Path) -> None:
    table = made_up()
    assert callable(damage)
    damage(table.arrays)
    table.save(tmp_path / "table.npz")
    with pytest.raises(UserError, match=words):
        load_whole(tmp_path / "table.npz", default_plan())


def test_what_is_no_table_is_refused(table: TrainingTable, tmp_path: Path) -> None:
    path = tmp_path / "table.npz"
    with pytest.raises(UserError, match="makes it"):
        load_whole(path, default_plan())
    replace(table, arrays=replace(table.arrays, test=table.arrays.test[:1])).save(path)
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
    table = begun(made_up(), lacking=[FIRST])
    table.save(tmp_path / "table.npz")
    with pytest.raises(UserError, match="lacks 1 of 240"):
        load_whole(tmp_path / "table.npz", default_plan())


def test_a_table_of_trainings_that_are_too_short_is_not_searched(
    table: TrainingTable, tmp_path: Path
) -> None:
    table.save(tmp_path / "table.npz")
    settings = replace(default_plan().settings.search, patience=13)
    plan = replace(default_plan(), settings=replace(default_plan().settings, search=settings))
    with pytest.raises(UserError, match=r"stop after 12 epochs .* study's stop after 13, at most"):
        load_whole(tmp_path / "table.npz", plan)


def begun(table: TrainingTable, lacking: Sequence[tuple[int, ...]]) -> TrainingTable:
    """The table without some of its trainings."""
    for index in lacking:
        table.arrays.loss[index] = np.nan
        for counts in (table.arrays.validation, table.arrays.test, table.arrays.answers):
            counts[index] = 0
    return table


def small(texts: Path) -> Settings:
    return Settings(
        data=DataSettings(dataset=str(texts), sequence_length=6, embedding=8),
        question=QuestionSettings(max_params=900, budgets=1),
    )


def test_what_a_table_lacks_is_trained(texts: Path, tmp_path: Path) -> None:
    plan, rule = resolve(small(texts)), StoppingRule(2, 3)
    path = tmp_path / "made" / "table.npz"
    table = TrainingTable.empty(plan, rule)
    assert table.missing.all()
    lacking = [FIRST, (1, 0, 1, 1, 3, 1)]
    table.arrays.loss[..., 0] = 1
    table.save(path)
    begun(TrainingTable.load(path, plan), lacking).save(path)
    assert tabulate.tabulate(path, 1, small(texts), rule)
    table = load_whole(path, replace_rule(plan, rule))
    sizes = plan.dataset.sizes
    for index in lacking:
        losses = table.arrays.loss[index]
        assert int(rule.trained(losses)) == np.isfinite(losses).sum() >= 2
        assert 0 < table.arrays.validation[index].max() <= sizes["validation"]
    assert np.isfinite(table.arrays.loss).sum() == table.missing.size - 2 + sum(
        np.isfinite(table.arrays.loss[index]).sum() for index in lacking
    )
    before = path.read_bytes()
    assert tabulate.tabulate(path, 1, small(texts), rule)
    assert path.read_bytes() == before
    other = replace(small(texts), question=QuestionSettings(max_params=800, budgets=1))
    for settings, asked in ((other, rule), (small(texts), StoppingRule(3, 3))):
        with pytest.raises(UserError, match="another data set, budget or grid"):
            tabulate.tabulate(path, 1, settings, asked)
    with pytest.raises(UserError, match="another data set, budget or grid"):
        load_whole(path, default_plan())


def test_trainings_of_a_seed_share_a_split(texts: Path) -> None:
    table = TrainingTable.empty(resolve(small(texts)))
    jobs = [tabulate.tabulation_job(index, table) for index in np.ndindex(*table.missing.shape)]
    assert [job.split for job in jobs] == [0, 1, 2] * (len(jobs) // 3)
    assert len({job.seed for job in jobs}) == len(jobs)


def replace_rule(plan: StudyPlan, rule: StoppingRule) -> StudyPlan:
    settings = plan.settings
    search = replace(settings.search, patience=rule.patience, epochs=rule.epochs)
    return replace(plan, settings=replace(settings, search=search))


def test_a_table_is_not_made_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        tabulate.tabulate(tmp_path / "file" / "table.npz", 1)


def test_the_stored_table_is_of_todays_defaults() -> None:
    table = load_whole(STORED, default_plan())
    assert table.seeds == 3
    assert table.grids == TrainingTable.empty(default_plan()).grids
    assert STORED.stat().st_size < 500_000
