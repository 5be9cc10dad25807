"""Which study a storage holds: what cannot change once it has begun."""

import warnings

import optuna

from study.errors import UserError
from study.machine.environment import environment
from study.question.plan import StudyPlan

IDENTITY = "identity"  # study attribute: the settings that cannot change


ENVIRONMENT = "environment"  # study attribute: machine and versions of its first run


def _claim(study: optuna.Study, plan: StudyPlan) -> None:
    """Sign a new study with the plan's identity; refuse one of another identity."""
    if IDENTITY not in study.user_attrs:
        if study.get_trials(deepcopy=False):
            raise UserError(
                f"The storage already has a study {plan.name!r} that isoparam did not make. "
                "Choose another --study-name."
            )
        name_metric(study, "validation_accuracy")
        study.set_user_attr(ENVIRONMENT, environment())
        study.set_user_attr(IDENTITY, plan.identity)  # last: then it is whole
        return
    refuse_other(study, plan)


def refuse_other(study: optuna.Study, plan: StudyPlan) -> None:
    """Refuse to take a study for one of other settings or data.

    Raises:
        UserError: It was begun with others; these are named.
    """
    then = study.user_attrs[IDENTITY]
    changes = [
        f"--{name} was {then.get(name)}, now {value}"
        for name, value in plan.identity.items()
        if then.get(name) != value
    ]
    if changes:
        raise UserError(
            f"The study {plan.name!r} was begun with other settings: {'; '.join(changes)}. "
            "Give the old ones to go on with it, or choose another --study-name."
        )


def name_metric(study: optuna.Study, name: str) -> None:
    """Call the study's value by its name in the dashboard and in tables."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names([name])
