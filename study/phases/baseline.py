"""The linear baseline of a study: scored once, and stored with the study that confirms it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import optuna

from study.phases.confirmation import open_confirmation
from study.processes.limits import TrainingBugError
from study.processes.pool import Pool, run_jobs
from study.processes.training_process import Finished, Refused
from study.question.plan import StudyPlan
from study.storage.store import Store
from study.training.linear_baseline import LinearBaselineJob
from study.trials.baseline import BaselineRecord

_BASELINE = "linear_baseline"  # study attribute: what it came to, or why it came to nothing
_OWNER = "linear_baseline_owner"  # study attribute: the process that is at it


def stored_baseline(confirmation: optuna.Study) -> BaselineRecord | None:
    """What it came to; None where it has not ended."""
    stored = confirmation.user_attrs.get(_BASELINE)
    return None if stored is None else BaselineRecord(**stored)


def score_baseline(
    store: Store,
    plan: StudyPlan,
    owner: str,
    pool: Pool[str],
    stopping: Callable[[], bool],
) -> None:
    """Score it, where that is neither done nor being done by another living process.

    It takes no trial, and its failure ends nothing: why it came to nothing is stored in its place.

    Args:
        owner: This process, in the storage.
        stopping: Asked often; once true, it is left to whoever goes on with the study.

    Raises:
        UserError: The machine or the storage failed.
    """
    study = open_confirmation(store, plan)
    if not _taken(store, study, owner):
        return
    job = LinearBaselineJob(dataset=plan.dataset, metric=plan.metric)
    stored: dict[str, Any] | None = None
    try:
        for _, event in run_jobs({_BASELINE: job}, pool, stopping):
            if isinstance(event, Finished):
                stored = asdict(event.result)
            elif isinstance(event, Refused):
                stored = {"reason": event.reason}
    except TrainingBugError as error:
        stored = {"reason": str(error).strip().splitlines()[-1]}
    if stored is not None:
        study.set_user_attr(_BASELINE, stored)


def _taken(store: Store, study: optuna.Study, owner: str) -> bool:
    """Whether this process is the one that does it."""
    with store.transaction():
        attributes = store.optuna().get_study_user_attrs(study._study_id)
        other = attributes.get(_OWNER)
        if _BASELINE in attributes or (other not in {None, owner} and store.living({other})):
            return False
        study.set_user_attr(_OWNER, owner)
    return True
