"""The plan of a study, stored before its first training and checked afterwards."""

import optuna
from optuna.trial import TrialState

from study.machine.program import version
from study.phases.confirmation import looks
from study.phases.identity import first_environment
from study.phases.registration import plan_text, register, write_missing
from study.phases.search import open_search, refuse_other_effort
from study.question.settings_file import save_settings
from study.runs.archive import Archive
from study.runs.reporter import Reporter
from study.storage.trial_storage import as_user_errors
from study.terminal.command import print_json, terminal
from study.terminal.log import Log
from study.terminal.words import utc
from study.trials.registered import Registration


def register_plan(archive: Archive, study: optuna.Study, reporter: Reporter) -> Registration:
    """Store what is decided; what was stored before stays beside it. Returns the plan in force."""
    plan = archive.plan
    confirmation = archive.confirmation()
    made = looks(confirmation) if confirmation else ()
    verdict = reporter.declaration(plan.margin, *plan.searches, made)
    begun = sum(
        trial.state is not TrialState.WAITING
        for each in (study, confirmation)
        if each is not None
        for trial in each.get_trials(deepcopy=False)
    )
    text = plan_text(plan, verdict, first_environment(study, begun=begun > 0))
    plans = register(study, archive.store, text, begun)
    write_missing(archive.folder, plans)
    return plans[-1]


def announced(archive: Archive, plan: Registration) -> str:
    """Where a plan is, and its digest."""
    path = archive.folder.plan(plan.number)
    return f"Plan: {path}, SHA-256 {plan.sha256}, stored {utc(plan.stored)}."


def register_only(archive: Archive, reporter: Reporter) -> None:
    """Store the plan, and say where it is; nothing is trained.

    The same command without `--register` goes on with this plan.

    Raises:
        UserError: The folder or the storage cannot be used, or holds another study.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    archive.folder.create()
    log = Log(archive.folder.log)
    with as_user_errors(archive.store.shown_url), log.faults():
        study = open_search(archive.store, archive.plan)
        refuse_other_effort(study, archive.plan)
        save_settings(archive.folder.settings, archive.plan.settings)
        plan = register_plan(archive, study, reporter)
    line = announced(archive, plan)
    log.write(f"isoparam {version()} registers", line)
    asked = archive.plan.settings.run
    terminal(asked).print(line, soft_wrap=True, highlight=False, markup=False)
    if asked.json:
        print_json(
            study=archive.plan.name,
            folder=str(archive.folder.path.absolute()),
            plan=str(archive.folder.plan(plan.number).absolute()),
            sha256=plan.sha256,
            stored=plan.stored.isoformat(),
            trainings_before=plan.trainings,
        )
