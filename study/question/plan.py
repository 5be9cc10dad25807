"""The question made definite: what the settings leave open is decided by the data set."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from search_spaces.budget import Budget
from search_spaces.candidate import Task
from search_spaces.cells import Cell
from search_spaces.space import SearchSpace, search_space
from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.level import Level
from study.datasets.prepare import prepare
from study.machine.environment import environment
from study.question.known_candidates import Parameters, known_parameters
from study.question.settings import Settings, check_study_name

_EMBEDDED = "surnames"


@dataclass(frozen=True)
class LevelDefaults:
    """What is usual for texts read at one level."""

    max_params: int
    epochs: int
    patience: int
    batch_size: int


_LEVEL_DEFAULTS = {
    # LSTM(128) on 128 inputs, the notebook's model; reviews overfit after two or three epochs.
    Level.WORD: LevelDefaults(max_params=131_584, epochs=10, patience=2, batch_size=32),
    # LSTM(64) on 16 inputs.
    Level.CHARACTER: LevelDefaults(max_params=20_736, epochs=20, patience=3, batch_size=64),
}


@dataclass(frozen=True)
class StudyPlan:
    """Two cells, a data set and a budget, with nothing left open.

    Attributes:
        settings: As given.
        epochs, patience: Of every training, in the search and in confirmation.
        replicates: Seeds for each cell at each budget.
        known: Parameters of each cell's first trial; empty where the sampler draws them.
    """

    name: str
    settings: Settings
    dataset: Dataset
    task: Task
    space: SearchSpace
    epochs: int
    patience: int
    replicates: int
    known: Mapping[Cell, Parameters] = field(default_factory=dict)

    @property
    def budget(self) -> Budget:
        """The bound of the search, and the ladder's highest budget."""
        return self.space.budget

    @property
    def cells(self) -> tuple[Cell, Cell]:
        """The compared cells; differences are first minus second."""
        return self.settings.question.cells

    @property
    def margin(self) -> float:
        """Smallest difference that matters, as a fraction."""
        return self.settings.question.margin / 100

    def ladder(self) -> tuple[Budget, ...]:
        """The budgets at which the cells are compared.

        Raises:
            BudgetError: The lowest fits one of the cells not at all.
        """
        ladder = self.budget.ladder(self.settings.question.budgets)
        for cell in self.cells:
            ladder[-1].largest(self.space.narrowest(cell), self.task)
        return ladder

    @property
    def identity(self) -> dict[str, Any]:
        """The settings that a study cannot change once it has begun, by flag name."""
        question, search = self.settings.question, self.settings.search
        return {
            "dataset": f"{self.dataset.name} ({self.dataset.fingerprint[:12]})",
            "embedding": self.task.embedding,
            "max-params": self.budget.limit,
            "budget-scope": self.budget.scope.value,
            "cells": " ".join(self.cells),
            "margin": question.margin,
            "space": search.space.value,
            "epochs": self.epochs,
            "patience": self.patience,
            "batch-size": self.space.batch_size,
            "pruning": search.pruning,
            "seed": self.settings.run.seed,
            "backend": environment()["backend"],
            **self._known_identity,
        }

    @property
    def _known_identity(self) -> dict[str, str]:
        """Only where they are given: a study that is gone on with has them in its plan."""
        if not self.known:
            return {}
        text = json.dumps(self.known, sort_keys=True)
        return {"candidates": hashlib.sha256(text.encode()).hexdigest()[:12]}


def resolve(settings: Settings) -> StudyPlan:
    """Prepare the data set, and decide what the settings leave open.

    Raises:
        UserError: The data set cannot be read.
        BudgetError: The budget fits one of the cells not at all.
    """
    data, question, search = settings.data, settings.question, settings.search
    dataset = prepare(
        DatasetSpec(
            source=data.dataset,
            vocabulary=data.vocabulary,
            sequence_length=data.sequence_length,
            level=data.level,
            text_column=data.text_column,
            label_column=data.label_column,
        )
    )
    name = settings.run.study_name or dataset.name
    check_study_name(name)
    defaults = _LEVEL_DEFAULTS[dataset.level]
    task = Task(
        vocabulary=dataset.vocabulary,
        classes=len(dataset.labels),
        embedding=data.embedding or dataset.embedding,
    )
    space = search_space(
        search.space,
        task,
        Budget(question.max_params or defaults.max_params, question.budget_scope),
        question.cells,
        search.batch_size or defaults.batch_size,
    )
    plan = StudyPlan(
        name=name,
        settings=settings,
        dataset=dataset,
        task=task,
        space=space,
        epochs=search.epochs or defaults.epochs,
        patience=search.patience or defaults.patience,
        replicates=settings.answer.replicates or (5 if dataset.name == _EMBEDDED else 12),
        known=known_parameters(search.candidates, space) if search.candidates else {},
    )
    plan.ladder()  # refuses too many budgets now, not after the search
    return plan
