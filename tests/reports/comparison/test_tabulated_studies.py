"""The verdict on studies drawn from trainings, real ones and made-up ones."""

import numpy as np
import pytest

from search_spaces import Cell
from study.benchmark.tabulated.trainings import TrainingTable, load_whole
from tests.reports.comparison.tabulated_studies import NAMES, TabulatedStudies
from tests.support.made_up_table import STORED, default_plan, made_up


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    return made_up()


@pytest.fixture(scope="module")
def studies(table: TrainingTable) -> TabulatedStudies:
    return TabulatedStudies.searched(table, 12)


def test_a_study_is_of_the_winners_of_its_searches(
    table: TrainingTable, studies: TabulatedStudies
) -> None:
    plan = table.plan
    assert sum(map(len, studies.winners[Cell.GRU])) == 12
    everything = np.arange(plan.dataset.sizes["test"])
    runs = studies.draw(np.random.default_rng(0), plan.cells, 4000, everything)
    assert runs.shape == (4000, 2, len(everything))
    first, second = (runs.correct[name] for name in NAMES)
    assert float(first.mean() - second.mean()) == pytest.approx(
        studies.truth(plan.cells), abs=0.0005
    )
    possible = {
        float(answers.mean())
        for points in studies.winners[Cell.LSTM]
        for point in points
        for answers in table.answers[(0, *point[1:])]
    }
    assert set(first.mean(axis=2).ravel().tolist()) == possible
    assert studies.truth((Cell.GRU, Cell.GRU)) == 0


needs_table = pytest.mark.skipif(
    not STORED.exists(), reason="the table of real trainings is not complete: see DESIGN.md"
)


@pytest.mark.slow
@needs_table
def test_one_cell_under_two_names_is_not_better_than_itself() -> None:
    studies = TabulatedStudies.searched(load_whole(STORED, default_plan()), 100)
    for cell in default_plan().cells:
        rates = studies.rates((cell, cell), searches=4, studies=400)
        assert rates.falsely_better == rates.better <= 0.075
        assert rates.covered >= 0.925


@pytest.mark.slow
@needs_table
def test_the_interval_holds_the_truth_of_the_table() -> None:
    studies = TabulatedStudies.searched(load_whole(STORED, default_plan()), 100)
    for searches in (3, 6, 12):
        rates = studies.rates(default_plan().cells, searches, studies=400)
        assert rates.covered >= 0.925
        assert rates.predicted >= 0.9
