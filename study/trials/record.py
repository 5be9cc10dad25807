"""What a study remembers: typed records read from Optuna's trials."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate, Task
from study.datasets.facts import DatasetFacts
from study.datasets.metric import Metric
from study.question.flag_values import Searches
from study.training.curve import CurvePoint
from study.trials import attributes as attrs
from study.trials.baseline import BaselineRecord
from study.trials.registered import Registration


class Status(StrEnum):
    """How a trial stands."""

    PLANNED = "planned"
    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"
    REQUEUED = "requeued"  # interrupted or lost, and planned again


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """One search trial. What is annotated with a name is its user attribute of that name.

    Attributes:
        number: Optuna's number of the trial.
        slot: Its place in the plan, which a retry inherits.
        search: That it belongs to, from 1.
        cell: The name under which its cell is compared.
        budget: The limit of the budget that it was sampled for.
        candidate: None until its parameters are sampled.
        validation_loss: The lowest of its looks (the last one reported, if pruned), in nats.
        validation_accuracy: At that look, a fraction; None if it did not end by itself.
        epochs: Passes over the training examples.
        seconds: From start to end; building, compiling and evaluation included.
        peak_memory: Of the training process, in MiB.
        hyperparameters: As sampled, without the cell's prefix.
    """

    number: int
    slot: Annotated[int, attrs.SLOT]
    search: Annotated[int, attrs.SEARCH]
    cell: Annotated[str, attrs.CELL]
    budget: Annotated[int, attrs.BUDGET]
    status: Status
    candidate: Candidate | None
    cell_parameters: Annotated[int | None, attrs.CELL_PARAMS]
    model_parameters: Annotated[int | None, attrs.MODEL_PARAMS]
    validation_loss: float | None
    validation_accuracy: Annotated[float | None, attrs.VALIDATION_ACCURACY]
    epochs: Annotated[float | None, attrs.EPOCHS]
    seconds: Annotated[float | None, attrs.SECONDS]
    peak_memory: Annotated[float | None, attrs.PEAK_MEMORY]
    seed: Annotated[int | None, attrs.SEED]
    curve: tuple[CurvePoint, ...]
    hyperparameters: Mapping[str, Any]
    reason: Annotated[str | None, attrs.REASON]
    excess: float | None

    @property
    def finished(self) -> bool:
        """Whether it counts as done in the plan."""
        return self.status in {Status.COMPLETE, Status.PRUNED, Status.FAILED}


@dataclass(frozen=True, kw_only=True)
class ConfirmationRecord:
    """One confirmation run: a matched candidate trained afresh and scored on the test split.

    What is annotated with a name is its user attribute of that name.

    Attributes:
        search: Whose winner it trains, from 1.
        budget: Its limit of parameters.
        replicate: Runs of the same search, budget and replicate are compared: they share seed,
            data order and train/validation split.
        epochs: Passes over the training examples.
        at_epoch_cap: Whether it ended because it had trained as long as any may.
        correct, confusion: As `study.training.scoring.Score` has them.
        inference_microseconds: Per example, at the evaluation batch size.
    """

    number: int
    search: Annotated[int, attrs.SEARCH]
    cell: Annotated[str, attrs.CELL]
    budget: Annotated[int, attrs.BUDGET]
    replicate: Annotated[int, attrs.REPLICATE]
    status: Status
    candidate: Candidate
    cell_parameters: Annotated[int, attrs.CELL_PARAMS]
    model_parameters: Annotated[int, attrs.MODEL_PARAMS]
    test_accuracy: float | None
    validation_loss: Annotated[float | None, attrs.VALIDATION_LOSS]
    validation_accuracy: Annotated[float | None, attrs.VALIDATION_ACCURACY]
    epochs: Annotated[float | None, attrs.EPOCHS]
    at_epoch_cap: Annotated[bool | None, attrs.AT_EPOCH_CAP]
    seconds: Annotated[float | None, attrs.SECONDS]
    training_seconds: Annotated[float | None, attrs.TRAINING_SECONDS]
    inference_microseconds: Annotated[float | None, attrs.INFERENCE]
    correct: Annotated[str | None, attrs.CORRECT]
    confusion: Annotated[str | None, attrs.CONFUSION]
    weights: Annotated[str | None, attrs.WEIGHTS]
    curve: tuple[CurvePoint, ...]
    reason: Annotated[str | None, attrs.REASON]


@dataclass(frozen=True)
class Winner:
    """What a search found of one cell at one budget.

    Attributes:
        candidate: At the width that matches the other cells'.
        trial: Number of the search's trial that it is from; None where it was given.
    """

    candidate: Candidate
    trial: int | None


@dataclass(frozen=True)
class BudgetWinners:
    """The matched winners of one search at one budget.

    Attributes:
        limit: Most parameters, in the budget's scope.
        winners: By cell name, in the study's order of cells.
        counts: Parameters of each, as the budget's scope counts them.
        within_tolerance: Whether the counts differ by at most 1 %.
    """

    limit: int
    winners: Mapping[str, Winner]
    counts: Mapping[str, int]
    within_tolerance: bool


@dataclass(frozen=True)
class EffortWinners:
    """What had won at the asked budget after so many trials of each cell there.

    Attributes:
        winners: By cell name; matched.
    """

    trials: int
    winners: Mapping[str, Winner]


@dataclass(frozen=True)
class SearchRecord:
    """One search whose winners are chosen.

    Attributes:
        number: From 1.
        budgets: Largest first.
        effort: Ascending; the last is the whole search.
    """

    number: int
    budgets: tuple[BudgetWinners, ...]
    effort: tuple[EffortWinners, ...]


class Look(NamedTuple):
    """One look at the verdict.

    Attributes:
        searches: That were complete.
        least, most: Searches of the plan at that time, which looks from the least on.
    """

    searches: int
    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class DatasetRecord:
    """The data set that a study ran on."""

    name: str
    fingerprint: str
    labels: tuple[str, ...]
    sequence_length: int
    level: str
    train: int
    validation: int
    test: int
    facts: DatasetFacts


@dataclass(frozen=True, kw_only=True)
class StudyRecord:
    """Everything that a report needs to know of a study.

    Attributes:
        cells: Names of the compared cells; differences are an earlier one minus a later one.
        budget: That was asked for.
        limits: Of the budgets, the asked one first, then the smaller ones.
        metric: That is compared; every accuracy on validation and test is by it.
        margin: Smallest difference that matters, as a fraction.
        planned_searches: The least and the most; between them the study ends when it is decided.
        trials_per_search: Trials in the plan of one search, over all cells and budgets.
        planned: Trials of the searches that have begun.
        searches: Those whose winners are chosen, in order.
        looks: At the verdict, in order.
        replicates: Seeds for each cell at each budget of each search.
        test_labels: (examples,), class numbers in stored order; None until confirmation begins.
        majority_label: The class number most frequent in training.
        baseline: A linear model of the same data; None until it is scored.
        settings: Flag names (without dashes) and the values in force.
        seconds: Wall-clock seconds spent in `search` and `confirm`, over all runs of the command.
        environment: Versions, machine, backend.
        resume: The command that goes on with this study.
        storage: Database URL without its password.
        registrations: What was decided, and each change of it, in order.
        begun, ended: When the first training began and the last one ended, by the clock of the
            machine that did it; None before there is one.
    """

    name: str
    cells: tuple[str, ...]
    dataset: DatasetRecord
    task: Task
    budget: Budget
    limits: tuple[int, ...]
    metric: Metric
    margin: float
    planned_searches: Searches
    trials_per_search: int
    planned: int
    trials: tuple[TrialRecord, ...]
    searches: tuple[SearchRecord, ...]
    looks: tuple[Look, ...]
    replicates: int
    confirmations: tuple[ConfirmationRecord, ...]
    test_labels: NDArray[np.int32] | None
    majority_label: int
    baseline: BaselineRecord | None = None
    settings: Mapping[str, Any]
    seconds: Mapping[str, float]
    environment: Mapping[str, str]
    resume: str
    storage: str
    registrations: tuple[Registration, ...] = ()
    begun: datetime | None = None
    ended: datetime | None = None


def winner(trials: Iterable[TrialRecord]) -> TrialRecord | None:
    """The complete trial of the lowest validation loss, the first of equals.

    Where none is complete, the first that has a candidate: what failed in every trial is a
    result, and is confirmed as one.
    """
    with_candidate = [trial for trial in trials if trial.candidate is not None]
    complete = [
        trial
        for trial in with_candidate
        if trial.status is Status.COMPLETE and trial.validation_loss is not None
    ]
    if complete:
        return min(complete, key=lambda trial: (trial.validation_loss, trial.slot))
    return min(with_candidate, key=lambda trial: trial.slot, default=None)


def best_trials(trials: Sequence[TrialRecord], limit: int) -> dict[str, TrialRecord]:
    """Each cell's complete trial of the lowest validation loss at one budget, over all searches."""
    of_budget = [
        trial for trial in trials if trial.budget == limit and trial.status is Status.COMPLETE
    ]
    cells = dict.fromkeys(trial.cell for trial in of_budget)
    best = {cell: winner(trial for trial in of_budget if trial.cell == cell) for cell in cells}
    return {cell: trial for cell, trial in best.items() if trial is not None}
