"""Which study a storage holds: what cannot change once it has begun."""

import warnings

import optuna

from study.errors import UserError
from study.machine.environment import environment
from study.question.plan import StudyPlan
from study.question.settings import Settings

IDENTITY = "identity"  # study attribute: the settings that cannot change
ENVIRONMENT = "environment"  # study attribute: machine and versions of its first run
_FORMAT_NAME = "format"  # study attribute: of the names and the meaning of all that is stored
_FORMAT = 3
_FIRST = 1  # which stored no number
_WRITERS = {_FIRST: "version 0.1", 2: "an early version 0.2"}


def claim(study: optuna.Study, plan: StudyPlan) -> None:
    """Sign a new study with the plan's identity; refuse one of another identity.

    Raises:
        UserError: It is not the plan's, or not of this version.
    """
    if IDENTITY in study.user_attrs or study.get_trials(deepcopy=False):
        refuse_other(study, plan)
        return
    name_metric(study, "validation_loss")
    study.set_user_attr(ENVIRONMENT, environment())
    study.set_user_attr(_FORMAT_NAME, _FORMAT)
    study.set_user_attr(IDENTITY, plan.identity)  # last: then it is whole


def first_environment(study: optuna.Study, *, begun: bool) -> dict[str, str]:
    """Machine and versions of the study's first training: this one's until it has begun.

    Between a study's registration and its first training versions may change.
    """
    stored: dict[str, str] = study.user_attrs[ENVIRONMENT]
    if not begun and stored != environment():
        stored = environment()
        study.set_user_attr(ENVIRONMENT, stored)
    return stored


def refuse_other(study: optuna.Study, plan: StudyPlan) -> None:
    """Refuse to take a study for one of other settings, data, or form.

    Raises:
        UserError: It was begun with others; these are named.
    """
    if IDENTITY not in study.user_attrs:
        raise UserError(
            f"The storage already has a study {plan.name!r} that isoparam did not make. "
            "Choose another --study-name."
        )
    stored = study.user_attrs.get(_FORMAT_NAME, _FIRST)
    if stored != _FORMAT:
        raise UserError(
            f"The study {plan.name!r} was written by {_WRITERS.get(stored, 'a later version')} of "
            "isoparam, and this is another version, which reads it otherwise. Choose another "
            "--study-name, or use that version again; nothing was changed."
        )
    # A study that was begun before there was a setting has its default.
    then = {flag.name: flag.value for flag in Settings().flags()} | study.user_attrs[IDENTITY]
    changes = [
        f"--{name} was {then.get(name)}, now {value}"
        for name, value in plan.identity.items()
        if then.get(name) != value
    ]
    if changes:
        anew = "" if plan.settings.run.storage else f", or delete {plan.folder.path} to begin anew"
        raise UserError(
            f"The study {plan.name!r} was begun with other settings: {'; '.join(changes)}. "
            "Give the old ones to go on with it, or choose another --study-name or "
            f"--output-dir{anew}."
        )


def name_metric(study: optuna.Study, name: str) -> None:
    """Call the study's value by its name in the dashboard and in tables."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names([name])
