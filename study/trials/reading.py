"""Records read from Optuna's trials."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_origin, get_type_hints

from search_spaces.parameters import parameter_name
from study.trials import attributes as attrs
from study.trials.record import ConfirmationRecord, Status, TrialRecord

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

R = TypeVar("R")


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
        validation_loss=trial.value,
        hyperparameters={
            name.removeprefix(prefix): value
            for name, value in trial.params.items()
            if name.startswith(prefix)
        },
        excess=next(iter(trial.constraints.values()), None),
    )


def confirmation_record(trial: "FrozenTrial") -> ConfirmationRecord:
    """Read one confirmation run."""
    # Before it was an attribute, it was the value.
    accuracy = trial.user_attrs.get(attrs.TEST_ACCURACY, trial.value)
    return _read(ConfirmationRecord, trial, test_accuracy=accuracy)


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
