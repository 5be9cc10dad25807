"""Whole studies through the API whose trainings are simulated: what surrounds training is real."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from study.machine.environment import cores
from study.pipeline import Phases, search_and_confirm, work_on
from study.processes.training_process import TrainingProcess
from study.question.flag_values import Searches
from study.question.plan import resolve
from study.question.settings import Settings
from study.runs.archive import Archive
from study.runs.reporter import Reporter
from study.storage.opening import open_store
from tests.support.simulated.jobs import (
    SimulatedBaseline,
    SimulatedConfirmation,
    SimulatedSaving,
    SimulatedTraining,
)
from tests.support.simulated.stubs import SilentReporter


class LastingProcess(TrainingProcess):
    """A training process for one study after another."""

    def kill(self) -> None:
        """A study is over, not the tests."""


@contextmanager
def one_training_process(folder: Path) -> Iterator[None]:
    """Every study's pool takes the same process, which starts and compiles once."""
    process = LastingProcess(cores(), folder / "log")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("study.processes.pool.TrainingProcess", lambda threads, log: process)
        yield
    super(LastingProcess, process).kill()


def simulate(patch: pytest.MonkeyPatch) -> None:
    """Trainings are simulated from now on."""
    patch.setattr("study.phases.search.TrainingJob", SimulatedTraining)
    patch.setattr("study.phases.confirmation.ConfirmationJob", SimulatedConfirmation)
    patch.setattr("study.phases.baseline.LinearBaselineJob", SimulatedBaseline)
    patch.setattr("study.runs.best_models.SavingJob", SimulatedSaving)


def settings(texts: Path, folder: Path, **changes: Any) -> Settings:
    """Of a small study; the changes are settings by name, of whichever group."""
    given = {
        "dataset": str(texts),
        "sequence_length": 6,
        "embedding": 8,
        "max_params": 900,
        "budgets": 2,
        "searches": Searches(2, 2),
        "n_trials": 8,
        "replicates": 1,
        "epochs": 2,
        "output_dir": folder,
        "n_jobs": 1,
        "quiet": True,
        **changes,
    }
    groups = {}
    for group in fields(Settings):
        part = getattr(Settings(), group.name)
        named = {one.name for one in fields(part)} & given.keys()
        groups[group.name] = replace(part, **{name: given.pop(name) for name in named})
    assert not given, given
    return Settings(**groups)


def study_of(asked: Settings) -> Archive:
    """Where its plan and its trials are."""
    plan = resolve(asked)
    return Archive(plan.folder, plan, open_store(asked.run.storage, plan.folder.database))


def run(
    asked: Settings, reporter: Reporter | None = None, phases: Phases = search_and_confirm
) -> Archive:
    """A study, to its end."""
    archive = study_of(asked)
    assert work_on(archive, reporter or SilentReporter(), phases) == 0
    return study_of(asked)
