"""The plan of a study, stored before its first training and checked afterwards."""

import optuna
from optuna.trial import TrialState

from study.phases.confirmation import looks
from study.phases.registration import plan_text, register, write_missing
from study.runs.context import JobContext
from study.terminal.words import utc


def register_plan(context: JobContext, study: optuna.Study) -> None:
    """Store what is decided, and say its digest; what was stored before stays beside it."""
    archive, plan = context.archive, context.plan
    confirmation = archive.confirmation()
    made = looks(confirmation) if confirmation else ()
    verdict = context.reporter.declaration(plan.margin, *plan.searches, made)
    begun = sum(
        trial.state is not TrialState.WAITING
        for each in (study, confirmation)
        if each is not None
        for trial in each.get_trials(deepcopy=False)
    )
    plans = register(study, archive.store, plan_text(plan, verdict), begun)
    write_missing(context.folder, plans)
    last = plans[-1]
    path = context.folder.plan(last.number)
    context.say(f"Plan: {path}, SHA-256 {last.sha256}, stored {utc(last.stored)}.")
