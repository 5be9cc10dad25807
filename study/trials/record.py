"""What a study remembers: typed records read from Optuna's trials."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_origin, get_type_hints

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate, Task
from search_spaces.parameters import parameter_name
from study.datasets.facts import DatasetFacts
from study.training.curve import CurvePoint
from study.trials import attributes as attrs

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

R = TypeVar("R")


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
        cell: The name under which its cell is compared.
        candidate: None until its parameters are sampled.
        validation_accuracy: Of the best epoch (the last one reported, if pruned), a fraction.
        seconds: From start to end; building, compiling and evaluation included.
        peak_memory: Of the training process, in MiB.
        hyperparameters: As sampled, without the cell's prefix.
    """

    number: int
    slot: Annotated[int, attrs.SLOT]
    cell: Annotated[str, attrs.CELL]
    status: Status
    candidate: Candidate | None
    cell_parameters: Annotated[int | None, attrs.CELL_PARAMS]
    model_parameters: Annotated[int | None, attrs.MODEL_PARAMS]
    validation_accuracy: float | None
    epochs: Annotated[int | None, attrs.EPOCHS]
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
        budget: Its limit of parameters.
        replicate: Runs of the same budget and replicate are a pair: they share seed, data
            order and train/validation split.
        correct: Base64 of `numpy.packbits` over the test examples, in their stored order.
        inference_microseconds: Per example, at the evaluation batch size.
    """

    number: int
    cell: Annotated[str, attrs.CELL]
    budget: Annotated[int, attrs.BUDGET]
    replicate: Annotated[int, attrs.REPLICATE]
    status: Status
    candidate: Candidate
    cell_parameters: Annotated[int, attrs.CELL_PARAMS]
    model_parameters: Annotated[int, attrs.MODEL_PARAMS]
    test_accuracy: float | None
    validation_accuracy: Annotated[float | None, attrs.VALIDATION_ACCURACY]
    epochs: Annotated[int | None, attrs.EPOCHS]
    seconds: Annotated[float | None, attrs.SECONDS]
    training_seconds: Annotated[float | None, attrs.TRAINING_SECONDS]
    inference_microseconds: Annotated[float | None, attrs.INFERENCE]
    correct: Annotated[str | None, attrs.CORRECT]
    weights: Annotated[str | None, attrs.WEIGHTS]
    curve: tuple[CurvePoint, ...]
    reason: Annotated[str | None, attrs.REASON]


@dataclass(frozen=True, kw_only=True)
class BudgetRecord:
    """One budget of the ladder: the matched candidates that are confirmed on it.

    Attributes:
        limit: Most parameters, in the budget's scope.
        candidates: By cell name, in the study's order of cells.
        counts: Parameters of each, as the budget's scope counts them.
        within_tolerance: Whether the counts differ by at most 1 %.
    """

    limit: int
    candidates: Mapping[str, Candidate]
    counts: Mapping[str, int]
    within_tolerance: bool


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
        cells: Names of the two compared cells; differences are first minus second.
        planned: Trials in the search's plan.
        chosen: Number of the search trial of each cell whose candidate is confirmed.
        budgets: Empty until confirmation has been planned.
        margin: Smallest difference that matters, as a fraction.
        settings: Flag names (without dashes) and the values in force.
        seconds: Wall-clock seconds spent in `search` and `confirm`, over all runs of the command.
        environment: Versions, machine, backend.
        resume: The command that goes on with this study.
        storage: Database URL without its password.
    """

    name: str
    cells: tuple[str, str]
    dataset: DatasetRecord
    task: Task
    budget: Budget
    margin: float
    planned: int
    trials: tuple[TrialRecord, ...]
    budgets: tuple[BudgetRecord, ...]
    replicates: int
    confirmations: tuple[ConfirmationRecord, ...]
    settings: Mapping[str, Any]
    seconds: Mapping[str, float]
    environment: Mapping[str, str]
    resume: str
    storage: str
    chosen: Mapping[str, int] = field(default_factory=dict)


def best_trials(trials: Sequence[TrialRecord]) -> dict[str, TrialRecord]:
    """Each cell's complete trial of the highest validation accuracy, the first of equals."""
    best: dict[str, TrialRecord] = {}
    for trial in trials:
        accuracy = trial.validation_accuracy
        if trial.status is not Status.COMPLETE or accuracy is None:
            continue
        leader = best.get(trial.cell)
        if leader is None or accuracy > (leader.validation_accuracy or 0.0):
            best[trial.cell] = trial
    return best


def status_of(trial: "FrozenTrial") -> Status:
    """How a trial stands, derived from its state and whether it was requeued."""
    from optuna.trial import TrialState

    if trial.state is TrialState.FAIL and attrs.REQUEUED in trial.user_attrs:
        return Status.REQUEUED
    return {
        TrialState.WAITING: Status.PLANNED,
        TrialState.RUNNING: Status.RUNNING,
        TrialState.COMPLETE: Status.COMPLETE,
        TrialState.PRUNED: Status.PRUNED,
        TrialState.FAIL: Status.FAILED,
    }[trial.state]


def trial_record(trial: "FrozenTrial") -> TrialRecord:
    """Read one search trial."""
    prefix = parameter_name(trial.user_attrs[attrs.CELL], "")
    return _read(
        TrialRecord,
        trial,
        validation_accuracy=trial.value,
        hyperparameters={
            name.removeprefix(prefix): value
            for name, value in trial.params.items()
            if name.startswith(prefix)
        },
        excess=next(iter(trial.constraints.values()), None),
    )


def confirmation_record(trial: "FrozenTrial") -> ConfirmationRecord:
    """Read one confirmation run."""
    return _read(ConfirmationRecord, trial, test_accuracy=trial.value)


def _read(record: Callable[..., R], trial: "FrozenTrial", **others: Any) -> R:
    """A record of the trial's user attributes, its curve and its candidate, and of others."""
    attributes = trial.user_attrs
    packed = attributes.get(attrs.CANDIDATE)
    return record(
        number=trial.number,
        status=status_of(trial),
        candidate=attrs.unpack_candidate(packed) if packed else None,
        curve=attrs.unpack_curve(attributes.get(attrs.CURVE)),
        **{field: attributes.get(name) for field, name in _attribute_names(record).items()},
        **others,
    )


@cache
def _attribute_names(record: Callable[..., Any]) -> dict[str, str]:
    """Of the record's fields that are user attributes, by field."""
    hints = get_type_hints(record, include_extras=True)
    return {
        field: hint.__metadata__[0]
        for field, hint in hints.items()
        if get_origin(hint) is Annotated
    }
