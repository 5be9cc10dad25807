"""A/A: one cell under two names is found better than itself no more often than it may be.

Whole studies, through the API: plan, sampling, pruning, queue, confirmation of matched winners,
record and verdict. They share one training process, which starts and compiles once.
"""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from reports.comparison.outcome import Outcome
from reports.comparison.verdict import Verdict
from reports.findings.answer import answer
from search_spaces import Budget, Candidate, Cell, SearchSpace
from search_spaces.parameters import CellTrial
from search_spaces.space import BasicSpace
from study.pipeline import work_on
from study.question.flag_values import Searches
from study.question.plan import resolve
from study.question.settings import Settings
from study.runs.archive import Archive
from study.storage.sqlite import FileStore
from study.trials.record import StudyRecord
from tests.support.simulated.stubs import SilentReporter
from tests.support.simulated.studies import settings


class SameCell(BasicSpace):
    """Builds a GRU under either cell's name."""

    def narrowest(self, cell: Cell) -> Candidate:
        return replace(super().narrowest(cell), cell=Cell.GRU)

    def _suggest(self, trial: CellTrial, budget: Budget) -> Candidate:
        return replace(super()._suggest(trial, budget), cell=Cell.GRU)


@pytest.mark.usefixtures("training_process")
def test_real_trainings(texts: Path, tmp_path: Path) -> None:
    asked = settings(texts, tmp_path, searches=Searches(3, 3), n_trials=4, budgets=1, epochs=3)
    record, verdict = compare_with_itself(asked)
    assert len(record.trials) == 12
    assert {run.candidate.cell for run in record.confirmations} == {Cell.GRU}
    assert verdict.outcome is not Outcome.BETTER


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set with as many test examples as `imdb` has."""
    path = tmp_path_factory.mktemp("data") / "words.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "split"])
        for split, examples in (("train", 20_000), ("validation", 5_000), ("test", 25_000)):
            writer.writerows(("word", number % 2, split) for number in range(examples))
    return path


def outcome(seed: int, words: Path, folder: Path) -> Outcome:
    """Of a study of simulated trainings."""
    asked = settings(
        words,
        folder,
        sequence_length=1,
        max_params=20_000,
        searches=Searches(4, 4),
        n_trials=16,
        epochs=3,
        seed=seed,
    )
    record, verdict = compare_with_itself(asked)
    assert len(record.searches) == 4
    assert {run.inference_microseconds for run in record.confirmations} == {1.0}  # simulated
    return verdict.outcome


@pytest.mark.usefixtures("simulated")
def test_simulated_trainings(words: Path, tmp_path: Path) -> None:
    assert outcome(0, words, tmp_path) is not Outcome.BETTER


@pytest.mark.slow
@pytest.mark.usefixtures("simulated")
def test_many_simulated_trainings(words: Path, tmp_path: Path) -> None:
    outcomes = [outcome(seed, words, tmp_path / str(seed)) for seed in range(20)]
    assert outcomes.count(Outcome.BETTER) <= 4  # by chance more in one of 40 such tests


def compare_with_itself(asked: Settings) -> tuple[StudyRecord, Verdict]:
    """A whole study of a GRU against a GRU; what it stored, and its verdict."""
    plan = resolve(asked)
    plan = replace(plan, space=same_cell(plan.space))
    archive = Archive(plan.folder, plan, FileStore(plan.folder.database))
    assert work_on(archive, SilentReporter()) == 0
    record = archive.record()
    assert {run.candidate.cell for run in record.confirmations} == {Cell.GRU}
    assert {run.cell for run in record.confirmations} == {"lstm", "gru"}
    for search in record.searches:
        assert all(len(set(budget.counts.values())) == 1 for budget in search.budgets)
    verdict = answer(record).verdict
    assert verdict is not None
    return record, verdict


def same_cell(space: SearchSpace) -> SameCell:
    return SameCell(space.task, space.budget, space.cells, space.batch_size, space.budgets)
