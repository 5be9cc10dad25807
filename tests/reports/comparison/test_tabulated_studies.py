"""The verdict on studies drawn from trainings, real ones and made-up ones."""

import numpy as np
import pytest

from search_spaces import Cell
from study.benchmark.tabulated.trainings import TrainingTable, load_whole
from tests.reports.comparison.calibration import CELLS, FAILURES, TAILS
from tests.reports.comparison.tabulated_studies import TabulatedStudies
from tests.support.made_up.trainings import STORED, default_plan, made_up


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
    first, second = (runs.correct[name] for name in CELLS)
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


def test_accidents_are_part_of_the_truth(table: TrainingTable, studies: TabulatedStudies) -> None:
    everything = np.arange(table.plan.dataset.sizes["test"])
    for kind in (TAILS, FAILURES):
        runs = studies.draw(np.random.default_rng(1), table.plan.cells, 8000, everything, kind)
        first, second = (runs.correct[name] for name in CELLS)
        assert float(first.mean() - second.mean()) == pytest.approx(
            studies.truth(table.plan.cells, kind), abs=0.001
        )
    assert studies.truth(table.plan.cells, TAILS) < studies.truth(table.plan.cells)


@pytest.fixture(scope="module")
def stored() -> TabulatedStudies:
    """Of real trainings of `surnames`."""
    return TabulatedStudies.searched(load_whole(STORED, default_plan()), 100)


@pytest.mark.slow
def test_one_cell_under_two_names_is_not_better_than_itself(stored: TabulatedStudies) -> None:
    for cell in default_plan().cells:
        rates = stored.rates((cell, cell), (4, 4), studies=400)
        assert rates.falsely_better == rates.better <= 0.075
        assert rates.covered >= 0.925


@pytest.mark.slow
def test_the_interval_holds_the_truth_of_the_table(stored: TabulatedStudies) -> None:
    for searches in (3, 6, 12):
        rates = stored.rates(default_plan().cells, (searches, searches), studies=400)
        assert rates.covered >= 0.925
        assert rates.predicted >= 0.9


@pytest.mark.slow
def test_looking_until_it_is_decided_does_not_raise_false_alarms(stored: TabulatedStudies) -> None:
    rates = stored.rates((Cell.LSTM, Cell.LSTM), (4, 12), studies=300)
    assert rates.better <= 0.075
