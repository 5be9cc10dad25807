"""A/A: one cell under two names is never found better than itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reports.answer import answer
from reports.runs import PairedRuns
from reports.verdict import Outcome, compare
from search_spaces import Candidate, Cell, SearchSpace
from search_spaces.space import CardSpace, CellTrial
from study.archive import Archive
from study.folder import study_folder
from study.job import work_on
from study.problem import define
from study.settings import (
    AnswerSettings,
    DataSettings,
    QuestionSettings,
    RunSettings,
    SearchSettings,
    Settings,
)
from study.storage import FileStore


class SameCell(CardSpace):
    """Builds a GRU under either cell's name."""

    def plain(self, cell: Cell) -> Candidate:
        return replace(super().plain(cell), cell=Cell.GRU)

    def _suggest(self, trial: CellTrial) -> Candidate:
        return replace(super()._suggest(trial), cell=Cell.GRU)


@pytest.mark.parametrize("seed", range(3))
def test_real_trainings(seed: int, texts: Path, tmp_path: Path) -> None:
    problem = define(
        Settings(
            data=DataSettings(dataset=str(texts), embedding=8, steps=6),
            question=QuestionSettings(max_params=900, rungs=1),
            search=SearchSettings(n_trials=4, epochs=3),
            answer=AnswerSettings(replicates=3),
            run=RunSettings(seed=seed, output_dir=tmp_path, quiet=True),
        )
    )
    problem = replace(problem, space=same_cell(problem.space))
    assert work_on(problem) == 0
    folder = study_folder(problem)
    record = Archive(folder, problem, FileStore(folder.database)).record()
    assert {run.candidate.cell for run in record.confirmations} == {Cell.GRU}
    assert {run.cell for run in record.confirmations} == {"lstm", "gru"}
    assert len({count for rung in record.rungs for count in rung.counts.values()}) == 1
    verdict = answer(record).verdict
    assert verdict is not None
    assert verdict.outcome is not Outcome.BETTER


def same_cell(space: SearchSpace) -> SameCell:
    return SameCell(space.task, space.budget, space.cells, space.batch_size)


@pytest.mark.parametrize("seed", range(17))
def test_simulated_trainings(seed: int) -> None:
    drawn = np.random.default_rng(seed)
    rungs = []
    for limit in (900, 450):
        skill = drawn.normal(0.8, 0.005, size=(2, 5, 1))  # of each cell and seed, from one law
        correct = drawn.random((2, 5, 2000)) < skill
        rungs.append(PairedRuns(limit, correct[0], correct[1]))
    assert compare(rungs, ("gru", "the same gru")).outcome is not Outcome.BETTER
