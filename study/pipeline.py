"""The whole job, step by step: plan, search, confirm, report."""

import os
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeAlias

import optuna

from study.datasets.description import in_lines
from study.machine.environment import cores
from study.machine.program import version
from study.phases.baseline import score_baseline
from study.phases.confirmation import (
    ConfirmationWork,
    confirmation_slots,
    note_look,
    open_confirmation,
)
from study.phases.dry_run import print_dry_run
from study.phases.search import SearchWork, open_search, refuse_other_effort, search_slots
from study.phases.winners import choose, keep, kept
from study.processes.interruption import Interruption
from study.processes.limits import ProcessLimits
from study.processes.pool import Pool
from study.question.plan import resolve
from study.question.sampler_name import searcher_in_lines
from study.question.settings import Settings
from study.question.settings_file import save_settings
from study.runs.archive import Archive
from study.runs.best_models import complete_models, keep_best_models
from study.runs.context import JobContext
from study.runs.ending import tell
from study.runs.plans import announced, register_only, register_plan
from study.runs.reporter import Published, Reporter
from study.storage.opening import open_store
from study.storage.trial_storage import as_user_errors
from study.terminal.command import print_json, terminal
from study.terminal.log import Log
from study.terminal.words import number_of
from study.trials import attributes as attrs
from study.trials.reading import trial_record
from study.trials.record import Look, SearchRecord, TrialRecord


def run_study(settings: Settings, reporter: Reporter) -> int:
    """Do what the settings say, or what of it is left to do.

    Returns:
        The exit status: 0, or 130 or 143 where a signal ended it.

    Raises:
        UserError, BudgetError: The settings cannot be met.
    """
    plan = resolve(settings)
    plan.folder.check()
    store = open_store(settings.run.storage, plan.folder.database)
    if settings.run.dry_run:
        seconds = print_dry_run(plan, terminal(settings.run))
        if settings.run.json:
            print_json(study=plan.name, folder=str(plan.folder.path.absolute()), seconds=seconds)
        return 0
    archive = Archive(plan.folder, plan, store)
    if settings.run.register:
        register_only(archive, reporter)
        return 0
    return work_on(archive, reporter)


def search_and_confirm(context: JobContext, study: optuna.Study) -> Published | None:
    """Search by search: its trials, its winners on the test split, and a look at the verdict.

    Returns:
        What was published of it last; None where something has been done since.
    """
    refuse_other_effort(study, context.plan)
    # Only now: a command that is refused changes nothing.
    save_settings(context.folder.settings, context.plan.settings)
    _register(context, study)
    plan = context.plan
    context.say(
        *in_lines(plan.dataset.facts, plan.metric, plan.margin),
        *searcher_in_lines(plan.settings.search.sampler),
        *plan.known.notes,
    )
    confirming = plan.settings.answer.confirm
    published = None
    for number in range(1, (plan.searches.most if confirming else plan.searches.least) + 1):
        _search(context, study, number)
        if confirming and not context.interruption():
            published = _confirm(context, study, number)
        if context.interruption():
            return None
        if published and published.decided:
            break
    return published


def confirm_what_is_searched(context: JobContext, study: optuna.Study) -> Published | None:
    """Confirm the searches that are complete; returns as `search_and_confirm`."""
    save_settings(context.folder.settings, context.plan.settings)
    _register(context, study)
    published = None
    for number in sorted({trial.search for trial in _records(study)}):
        published = _confirm(context, study, number)
        if context.interruption():
            return None
    return published


def _register(context: JobContext, study: optuna.Study) -> None:
    plan = register_plan(context.archive, study, context.reporter)
    context.say(announced(context.archive, plan))


_LOOK = 1.0  # seconds between looks at what other machines do

# What is done between opening a study and reporting on it.
Phases: TypeAlias = Callable[[JobContext, optuna.Study], Published | None]


def work_on(archive: Archive, reporter: Reporter, phases: Phases = search_and_confirm) -> int:
    """Work through the phases and report, or what of it is left to do; returns the exit status.

    Raises:
        UserError: The folder or the storage cannot be used, or holds another study.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    archive.folder.create()
    with as_user_errors(archive.store.shown_url):
        return _work_on(archive, reporter, phases)


def _work_on(archive: Archive, reporter: Reporter, phases: Phases) -> int:
    plan, folder, store = archive.plan, archive.folder, archive.store
    study = open_search(store, plan)
    limits = ProcessLimits(
        jobs=plan.jobs,
        cores=cores(),
        log=folder.libraries_log,
        trial_timeout=plan.settings.run.trial_timeout,
    )
    console = terminal(plan.settings.run)
    interruption = Interruption()
    pool = Pool[Any](limits)
    log = Log(folder.log)
    log.write(f"isoparam {version()} begins, process {os.getpid()}")
    with log.faults(), store.lease() as owner, interruption.open(), closing(pool):
        context = JobContext(archive, owner, pool, console, interruption, reporter)
        published = phases(context, study)
        if complete_models(archive, pool, interruption, context.say):
            published = None  # the dashboard is to have them, too
        tell(context, published or reporter.publish(archive))
    return interruption.status if interruption() else 0


def _search(context: JobContext, study: optuna.Study, number: int) -> None:
    """Complete one search, or close it when its time is up."""
    context.queue(study).enqueue(search_slots(context.plan, number))
    work = SearchWork(context.plan, context.folder, context.reporter.draw_curve)
    of_all = f"search {number} of {context.plan.searches}"
    if not context.work_off(study, work, of_all, "validation"):
        _close(context, study, number)


def _close(context: JobContext, study: optuna.Study, number: int) -> None:
    """End a search, whose time is up where it is not complete, and wait for what is at work.

    The test split is opened next, and a trial that begins afterwards could be chosen by it.
    """
    queue, told = context.queue(study), False
    while not context.interruption() and (
        left := queue.close(number, "not begun: the time was up")
    ):
        if not told:
            trials = number_of(left, "trial")
            context.say(f"Waiting for {trials} of search {number}, at work in other processes.")
            told = True
        time.sleep(_LOOK)


def _confirm(context: JobContext, study: optuna.Study, number: int) -> Published | None:
    """Confirm the winners of one search, and publish what is known then.

    Returns:
        What was published; None where there was nothing to do, or more is known already.
    """
    _close(context, study, number)
    if context.interruption():
        return None
    before = context.archive.confirmation()
    known = before.trials if before else []
    if not confirm(context, choose(_records(study), context.plan, number)):
        return None
    after = context.archive.confirmation()
    news = after is not None and any(
        trial.user_attrs[attrs.SEARCH] == number for trial in after.trials[len(known) :]
    )
    last = max((trial.user_attrs[attrs.SEARCH] for trial in known), default=0)
    return context.reporter.publish(context.archive) if news or number >= last else None


def _records(study: optuna.Study) -> list[TrialRecord]:
    return [trial_record(trial) for trial in study.get_trials(deepcopy=False)]


def confirm(context: JobContext, chosen: SearchRecord) -> bool:
    """Train the winners of a search on fresh seeds, and score them on the test split.

    Args:
        chosen: What was chosen of this search before, by whomever, stays.

    Returns:
        Whether all of them are done.
    """
    plan, store = context.plan, context.archive.store
    study = open_confirmation(store, plan)
    with store.locked():
        earlier = {search.number: search for search in kept(study, plan)}
        if chosen.number not in earlier:
            keep(study, chosen)
    chosen = earlier.get(chosen.number, chosen)
    score_baseline(store, plan, context.owner, context.pool, context.interruption)
    context.queue(study).enqueue(confirmation_slots(chosen, plan))
    work = ConfirmationWork(plan, context.folder)
    done = context.work_off(study, work, f"confirmation {chosen.number} of {plan.searches}", "test")
    keep_best_models(context.archive)
    if done and chosen.number >= plan.searches.least:
        with store.locked():
            note_look(study, Look(chosen.number, *plan.searches))
    return done
