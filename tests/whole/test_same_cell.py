"""A/A: one cell under two names is never found better than itself.

Whole studies, through the API: plan, sampling, pruning, queue, confirmation in matched pairs,
record and verdict. They share one training process, which starts and compiles once.
"""

import csv
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from reports.comparison.verdict import Outcome, Verdict
from reports.findings.answer import answer
from search_spaces import Budget, Candidate, Cell, SearchSpace
from search_spaces.parameters import CellTrial
from search_spaces.space import BasicSpace
from study.machine.environment import cores
from study.pipeline import work_on
from study.processes.training_process import TrainingProcess
from study.question.plan import resolve
from study.question.settings import (
    AnswerSettings,
    DataSettings,
    QuestionSettings,
    RunSettings,
    SearchSettings,
    Settings,
)
from study.runs.archive import Archive
from study.storage.sqlite import FileStore
from study.trials.record import StudyRecord
from tests.support.simulated_jobs import SimulatedConfirmation, SimulatedTraining
from tests.support.stubs import SilentReporter


class SameCell(BasicSpace):
    """Builds a GRU under either cell's name."""

    def narrowest(self, cell: Cell) -> Candidate:
        return replace(super().narrowest(cell), cell=Cell.GRU)

    def _suggest(self, trial: CellTrial, budget: Budget) -> Candidate:
        return replace(super()._suggest(trial, budget), cell=Cell.GRU)


class LastingProcess(TrainingProcess):
    """A training process for one study after another."""

    def kill(self) -> None:
        """A study is over, not the tests."""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainingProcess]:
    process = LastingProcess(cores(), tmp_path_factory.mktemp("process") / "log")
    yield process
    super(LastingProcess, process).kill()


@pytest.fixture(autouse=True)
def one_training_process(process: TrainingProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("study.processes.pool.TrainingProcess", lambda threads, log: process)


@pytest.mark.parametrize("seed", range(3))
def test_real_trainings(seed: int, texts: Path, tmp_path: Path) -> None:
    record, verdict = compare_with_itself(
        Settings(
            data=DataSettings(dataset=str(texts), embedding=8, sequence_length=6),
            question=QuestionSettings(max_params=900, budgets=1),
            search=SearchSettings(n_trials=4, epochs=3),
            answer=AnswerSettings(replicates=3),
            run=RunSettings(seed=seed, output_dir=tmp_path, quiet=True, n_jobs=1),
        )
    )
    assert len(record.confirmations) == 6
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


@pytest.fixture
def hasty_sqlite() -> Iterator[None]:
    """Databases that need not outlive a power cut: a study commits some hundred times."""

    def shorten_timeout(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", shorten_timeout)
    yield
    event.remove(Engine, "connect", shorten_timeout)


@pytest.mark.parametrize("seed", range(17))
@pytest.mark.usefixtures("hasty_sqlite")
def test_simulated_trainings(
    seed: int, words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("study.phases.search.TrainingJob", SimulatedTraining)
    monkeypatch.setattr("study.phases.confirmation.ConfirmationJob", SimulatedConfirmation)
    record, verdict = compare_with_itself(
        Settings(
            data=DataSettings(dataset=str(words), sequence_length=1),
            question=QuestionSettings(max_params=20_000, budgets=2),
            search=SearchSettings(n_trials=10, epochs=3),
            answer=AnswerSettings(replicates=5),
            run=RunSettings(seed=seed, output_dir=tmp_path, quiet=True, n_jobs=1),
        )
    )
    assert len(record.confirmations) == 20
    assert all(run.weights == "none" for run in record.confirmations)
    assert verdict.outcome is not Outcome.BETTER


def compare_with_itself(settings: Settings) -> tuple[StudyRecord, Verdict]:
    """A whole study of a GRU against a GRU; what it stored, and its verdict."""
    plan = resolve(settings)
    plan = replace(plan, space=same_cell(plan.space))
    archive = Archive(plan.folder, plan, FileStore(plan.folder.database))
    assert work_on(archive, SilentReporter()) == 0
    record = archive.record()
    assert {run.candidate.cell for run in record.confirmations} == {Cell.GRU}
    assert {run.cell for run in record.confirmations} == {"lstm", "gru"}
    assert all(len(set(budget.counts.values())) == 1 for budget in record.budgets)
    verdict = answer(record).verdict
    assert verdict is not None
    return record, verdict


def same_cell(space: SearchSpace) -> SameCell:
    return SameCell(space.task, space.budget, space.cells, space.batch_size)
