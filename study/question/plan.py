"""The question made definite: what the settings leave open is decided by the data set."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from search_spaces.budget import Budget
from search_spaces.candidate import Task
from search_spaces.cells import Cell
from search_spaces.space import SearchSpace
from search_spaces.spaces import search_space
from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.metric import Metric
from study.datasets.prepare import prepare
from study.datasets.registry import DATASETS
from study.errors import UserError
from study.machine.environment import cores, environment
from study.question.flag_values import Searches
from study.question.known_candidates import Known, known_candidates
from study.question.own_cells import check_own
from study.question.sampler_name import SamplerName
from study.question.settings import TRIALS_OF_A_CELL, DataSettings, Settings
from study.storage.folder import RunFolder

T = TypeVar("T")


@dataclass(frozen=True)
class StudyPlan:
    """Two cells, a data set and a budget, with nothing left open.

    Attributes:
        settings: What is None in them has no default: no limit, every token, or no tokens.
        known: What each cell's first trial begins with.
    """

    settings: Settings
    dataset: Dataset
    task: Task
    space: SearchSpace
    known: Known = field(default_factory=Known)

    @property
    def name(self) -> str:
        """The study's."""
        return _decided(self.settings.run.study_name)

    @property
    def folder(self) -> RunFolder:
        """Where the study's files are, unless its folder was renamed."""
        return RunFolder(self.settings.run.output_dir / self.name)

    @property
    def budget(self) -> Budget:
        """The bound of the search, and the ladder's highest budget."""
        return self.space.budget

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The compared cells; differences are an earlier one minus a later one."""
        return self.settings.question.cells

    @property
    def margin(self) -> float:
        """Smallest difference that matters, as a fraction."""
        return self.settings.question.margin / 100

    @property
    def metric(self) -> Metric:
        """How much each example counts."""
        return self.settings.question.metric

    @property
    def epochs(self) -> int:
        """The most of every training, in the search and in confirmation."""
        return _decided(self.settings.search.epochs)

    @property
    def patience(self) -> float:
        """Epochs without progress after which a training stops."""
        return _decided(self.settings.search.patience)

    @property
    def searches(self) -> Searches:
        """The least and the most."""
        return self.settings.search.searches

    @property
    def n_trials(self) -> int:
        """Of one search, shared equally by the cells and budgets."""
        return _decided(self.settings.search.n_trials)

    @property
    def trials_of_a_cell(self) -> int:
        """At each budget of a search."""
        return self.n_trials // self._shares

    @property
    def replicates(self) -> int:
        """Seeds for each cell at each budget of each search."""
        return self.settings.answer.replicates

    @property
    def jobs(self) -> int:
        """Training processes."""
        return _decided(self.settings.run.n_jobs)

    @property
    def _shares(self) -> int:
        return len(self.cells) * self.settings.question.budgets

    def check(self) -> None:
        """Refuse what cannot be carried out, before any work is done.

        Raises:
            BudgetError: The lowest budget fits one of the cells not at all.
            UserError: The trials of a search cannot be shared equally, or the sampler needs a
                module that is not installed.
        """
        self.ladder()
        require(self.settings.search.sampler)
        if self.n_trials % self._shares:
            fewer = self.n_trials // self._shares
            numbers = [str(share * self._shares) for share in (fewer, fewer + 1) if share]
            raise UserError(
                f"--n-trials is the trials of a search, shared equally by {len(self.cells)} cells, "
                f"each at every budget: a multiple of {self._shares}, but {self.n_trials} was "
                f"given. Choose {' or '.join(numbers)}."
            )

    def ladder(self) -> tuple[Budget, ...]:
        """The budgets at which the cells are compared, largest first.

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
        return {
            "dataset": f"{self.dataset.name} ({self.dataset.fingerprint[:12]})",
            **{
                flag.name: " ".join(flag.value) if flag.name == "cells" else flag.value
                for flag in self.settings.flags()
                if flag.trait.identity
            },
            "backend": environment()["backend"],
            **self._known_identity,
        }

    @property
    def _known_identity(self) -> dict[str, str]:
        """Only where they are given: a study that is gone on with has them in its plan."""
        if not self.known.parameters:
            return {}
        text = json.dumps(self.known.parameters, sort_keys=True)
        return {"candidates": hashlib.sha256(text.encode()).hexdigest()[:12]}


def resolve(settings: Settings) -> StudyPlan:
    """Prepare the data set, and decide what the settings leave open.

    Raises:
        UserError: The data set cannot be read, a user's cell is none, or the known candidates
            are none of the space.
        BudgetError: The budget fits one of the cells not at all.
    """
    dataset = _prepared(settings.data)
    if settings.data.embedding is not None and dataset.level is None:
        raise UserError(
            f"--embedding is of tokens, but {dataset.name} holds numbers, which are read as they "
            "are. Leave it out."
        )
    settings = replace(settings, data=_found_anywhere(settings.data)).decided(
        dataset.level,
        {
            "level": dataset.level,
            "vocabulary": dataset.level and dataset.level.vocabulary,
            "sequence_length": dataset.sequence_length,
            "embedding": dataset.embedding if dataset.level else None,
            "n_trials": TRIALS_OF_A_CELL * len(settings.question.cells) * settings.question.budgets,
            "study_name": dataset.name,
            "n_jobs": cores(),
        },
    )
    question, search = settings.question, settings.search
    task = Task(
        vocabulary=dataset.vocabulary,
        classes=len(dataset.labels),
        embedding=settings.data.embedding or dataset.embedding,
    )
    check_own(question.cells)
    budget = Budget(_decided(question.max_params), question.budget_scope)
    batch_size = _decided(search.batch_size)
    space = search_space(search.space, task, budget, question.cells, batch_size, question.budgets)
    known = known_candidates(search.candidates, space) if search.candidates else Known()
    plan = StudyPlan(settings, dataset, task, space, known)
    plan.check()
    return plan


def require(sampler: SamplerName) -> None:
    """Refuse a sampler without the module that it needs.

    Raises:
        UserError: It is not installed.
    """
    if sampler.needs and not find_spec(sampler.needs):
        raise UserError(
            f"--sampler {sampler} is {sampler.words}, which needs {sampler.needs}, and that is not "
            f"installed. Install it (pip install {sampler.needs}), or choose another --sampler."
        )


def _prepared(data: DataSettings) -> Dataset:
    return prepare(
        DatasetSpec(
            source=data.dataset,
            vocabulary=data.vocabulary,
            sequence_length=data.sequence_length,
            level=data.level,
            text_column=data.text_column,
            label_column=data.label_column,
            id_column=data.id_column,
            step_column=data.step_column,
        )
    )


def _found_anywhere(data: DataSettings) -> DataSettings:
    """The same data set from whichever folder the command is run in."""
    path = Path(data.dataset)
    if data.dataset in DATASETS or not path.exists():
        return data
    return replace(data, dataset=str(path.absolute()))


def _decided(value: T | None) -> T:
    assert value is not None  # `resolve` has decided it
    return value
