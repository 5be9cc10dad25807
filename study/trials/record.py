"""What a study remembers: typed records read from Optuna's trials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate, Task
from search_spaces.parameters import parameter_name
from study.training.curve import CurvePoint
from study.trials import attributes as attrs

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


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
    """One search trial.

    Attributes:
        number: Optuna's number of the trial.
        slot: Its place in the plan, which a retry keeps.
        cell: The name under which its cell is compared.
        candidate: None until its parameters are sampled.
        validation_accuracy: Of the best epoch (the last one reported, if pruned), a fraction.
        seconds: From start to end, evaluation included.
        peak_memory: Of the training process, in MiB.
        hyperparameters: As sampled, without the cell's prefix.
    """

    number: int
    slot: int
    cell: str
    status: Status
    candidate: Candidate | None
    cell_parameters: int | None
    model_parameters: int | None
    validation_accuracy: float | None
    epochs: int | None
    seconds: float | None
    peak_memory: float | None
    seed: int | None
    curve: tuple[CurvePoint, ...]
    hyperparameters: Mapping[str, Any]
    reason: str | None
    excess: float | None

    @property
    def finished(self) -> bool:
        """Whether it counts as done in the plan."""
        return self.status in {Status.COMPLETE, Status.PRUNED, Status.FAILED}


@dataclass(frozen=True, kw_only=True)
class ConfirmationRecord:
    """One confirmation run: a matched candidate trained afresh and scored on the test split.

    Attributes:
        budget: Its limit of parameters.
        replicate: Runs of the same budget and replicate are a pair: they share seed, data
            order and train/validation split.
        correct: Base64 of `numpy.packbits` over the test examples, in their stored order.
        inference_microseconds: Per example, at the evaluation batch size.
    """

    number: int
    cell: str
    budget: int
    replicate: int
    status: Status
    candidate: Candidate
    cell_parameters: int
    model_parameters: int
    test_accuracy: float | None
    validation_accuracy: float | None
    epochs: int | None
    seconds: float | None
    training_seconds: float | None
    inference_microseconds: float | None
    correct: str | None
    weights: str | None
    curve: tuple[CurvePoint, ...]
    reason: str | None


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
    """How a trial stands, derived from its state and reason."""
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
    attributes = trial.user_attrs
    packed = attributes.get(attrs.CANDIDATE)
    prefix = parameter_name(attributes[attrs.CELL], "")
    return TrialRecord(
        number=trial.number,
        slot=attributes[attrs.SLOT],
        cell=attributes[attrs.CELL],
        status=status_of(trial),
        candidate=attrs.unpack_candidate(packed) if packed else None,
        cell_parameters=attributes.get(attrs.CELL_PARAMS),
        model_parameters=attributes.get(attrs.MODEL_PARAMS),
        validation_accuracy=trial.value,
        epochs=attributes.get(attrs.EPOCHS),
        seconds=attributes.get(attrs.SECONDS),
        peak_memory=attributes.get(attrs.PEAK_MEMORY),
        seed=attributes.get(attrs.SEED),
        curve=attrs.unpack_curve(attributes.get(attrs.CURVE)),
        hyperparameters={
            name.removeprefix(prefix): value
            for name, value in trial.params.items()
            if name.startswith(prefix)
        },
        reason=attributes.get(attrs.REASON),
        excess=next(iter(trial.constraints.values()), None),
    )


def confirmation_record(trial: "FrozenTrial") -> ConfirmationRecord:
    """Read one confirmation run."""
    attributes = trial.user_attrs
    return ConfirmationRecord(
        number=trial.number,
        cell=attributes[attrs.CELL],
        budget=attributes[attrs.BUDGET],
        replicate=attributes[attrs.REPLICATE],
        status=status_of(trial),
        candidate=attrs.unpack_candidate(attributes[attrs.CANDIDATE]),
        cell_parameters=attributes[attrs.CELL_PARAMS],
        model_parameters=attributes[attrs.MODEL_PARAMS],
        test_accuracy=trial.value,
        validation_accuracy=attributes.get(attrs.VALIDATION_ACCURACY),
        epochs=attributes.get(attrs.EPOCHS),
        seconds=attributes.get(attrs.SECONDS),
        training_seconds=attributes.get(attrs.TRAINING_SECONDS),
        inference_microseconds=attributes.get(attrs.INFERENCE),
        correct=attributes.get(attrs.CORRECT),
        weights=attributes.get(attrs.WEIGHTS),
        curve=attrs.unpack_curve(attributes.get(attrs.CURVE)),
        reason=attributes.get(attrs.REASON),
    )
