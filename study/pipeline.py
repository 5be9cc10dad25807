"""The whole job, step by step: plan, search, confirm, report."""

import shlex
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

import optuna
from optuna.trial import TrialState
from rich.console import Console

from search_spaces.cells import cell_name
from study.datasets.description import in_lines
from study.errors import UserError
from study.machine.environment import cores
from study.phases.confirmation import (
    ConfirmationWork,
    confirmation_slots,
    note_look,
    open_confirmation,
)
from study.phases.dry_run import print_dry_run
from study.phases.search import SearchWork, open_search, search_slots
from study.phases.winners import choose, keep, kept
from study.processes.interruption import Interruption
from study.processes.limits import ProcessLimits
from study.processes.pool import Pool
from study.question.plan import StudyPlan, resolve
from study.question.settings import Settings
from study.question.settings_file import save_settings
from study.runs.archive import Archive
from study.runs.models import save_best_models
from study.runs.reporter import Published, Reporter
from study.storage.folder import RunFolder
from study.storage.opening import open_store
from study.storage.trial_storage import as_user_errors
from study.terminal.command import Terminal
from study.terminal.display import Display
from study.terminal.words import number_of
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.record import Look, SearchRecord, TrialRecord, best_trials, trial_record
from study.trials.worker_loop import Work, WorkerLoop


@dataclass(frozen=True)
class JobContext:
    """What every phase of a job works with."""

    archive: Archive
    owner: str
    pool: Pool[optuna.Trial]
    console: Console
    interruption: Interruption
    reporter: Reporter

    @property
    def plan(self) -> StudyPlan:
        """What is asked."""
        return self.archive.plan

    @property
    def folder(self) -> RunFolder:
        """The study's files."""
        return self.archive.folder

    def queue(self, study: optuna.Study) -> Queue:
        """The trials of one Optuna study, for this process to work off."""
        return Queue(study, self.archive.store, self.owner)

    @property
    def dashboard_command(self) -> str:
        """Optuna's dashboard on this study."""
        url, artifacts = self.archive.store.shown_url, str(self.folder.artifacts)
        return shlex.join(["optuna-dashboard", url, "--artifact-dir", artifacts])

    def say(self, *lines: str) -> None:
        """Print, each on a line of its own."""
        for line in lines:
            self.console.print(line, soft_wrap=True, highlight=False, markup=False)

    def work_off(self, study: optuna.Study, work: Work, phase: str, measure: str) -> bool:
        """Complete the plan of one Optuna study; False where a signal or the clock ended it."""
        timeout = self.plan.settings.search.timeout if measure == "validation" else None
        display = Display(self.console, study, phase, measure, self.plan.epochs, self.plan.jobs)
        with display.open():
            return WorkerLoop(
                self.queue(study),
                work,
                self.pool,
                display,
                until=None if timeout is None else time.monotonic() + timeout,
                stopping=self.interruption,
            ).run()


def run_study(settings: Settings, reporter: Reporter) -> int:
    """Do what the settings say, or what of it is left to do.

    Returns:
        The exit status: 0, or 130 or 143 where a signal ended it.

    Raises:
        UserError, BudgetError: The settings cannot be met.
    """
    plan = resolve(settings)
    if settings.run.dry_run:
        print_dry_run(plan, Terminal())
        return 0
    store = open_store(settings.run.storage, plan.folder.database)
    return work_on(Archive(plan.folder, plan, store), reporter)


def search_and_confirm(context: JobContext, study: optuna.Study) -> Published | None:
    """Search by search: its trials, its winners on the test split, and a look at the verdict.

    Returns:
        What was published of it last; None where something has been done since.
    """
    _refuse_longer(context, study)
    # Only now: a command that is refused changes nothing.
    save_settings(context.folder.settings, context.plan.settings)
    plan = context.plan
    context.say(*in_lines(plan.dataset.facts, plan.margin), *plan.known.notes)
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
    published = None
    for number in sorted({trial.search for trial in _records(study)}):
        published = _confirm(context, study, number)
        if context.interruption():
            return None
    return published


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
        log=folder.log,
        trial_timeout=plan.settings.run.trial_timeout,
    )
    console = Terminal(quiet=plan.settings.run.quiet)
    interruption = Interruption()
    pool: Pool[optuna.Trial] = Pool(limits)
    with store.lease() as owner, interruption.open(), closing(pool):
        context = JobContext(archive, owner, pool, console, interruption, reporter)
        published = phases(context, study)
        _tell(context, published or reporter.publish(archive))
    return interruption.status if interruption() else 0


def _refuse_longer(context: JobContext, study: optuna.Study) -> None:
    """Refuse searches of another length than those that have been confirmed.

    The test split was opened for these; a trial that follows could be chosen by it.
    """
    confirmation = context.archive.confirmation()
    if confirmation is None:
        return
    for chosen in kept(confirmation, context.plan):
        planned = len({trial.slot for trial in _records(study) if trial.search == chosen.number})
        if context.plan.n_trials != planned:
            raise UserError(
                f"Searches of {planned} trials have been confirmed on the test split, so none of "
                f"{context.plan.n_trials} can be added: all have the same effort. Give "
                f"--n-trials {planned}, or choose another --study-name."
            )


def _search(context: JobContext, study: optuna.Study, number: int) -> None:
    """Complete one search, or close it when its time is up."""
    context.queue(study).enqueue(search_slots(context.plan, number))
    work = SearchWork(context.plan, context.folder, context.reporter.draw_curve)
    of_all = f"search {number} of {context.plan.searches}"
    if not context.work_off(study, work, of_all, "validation") and not context.interruption():
        _close(context, study)


def _close(context: JobContext, study: optuna.Study) -> None:
    """End a search whose time is up: what it has not begun it must not do after confirmation.

    The test split is opened next, and a search that goes on afterwards could choose by it.
    """
    queue = context.queue(study)
    while trial := queue.ask():
        queue.finish(
            trial, TrialState.FAIL, user_attrs={attrs.REASON: "not begun: the time was up"}
        )


def _confirm(context: JobContext, study: optuna.Study, number: int) -> Published | None:
    """Confirm the winners of one search, and publish what is known then.

    Returns:
        What was published; None where there was nothing to do, or more is known already.
    """
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
    context.queue(study).enqueue(confirmation_slots(chosen, plan))
    work = ConfirmationWork(plan, context.folder)
    done = context.work_off(study, work, f"confirmation {chosen.number} of {plan.searches}", "test")
    if done:
        save_best_models(study, context.folder, plan)
        if chosen.number >= plan.searches.least:
            with store.locked():
                note_look(study, Look(chosen.number, *plan.searches))
    return done


def _tell(context: JobContext, published: Published) -> None:
    """Say what was found and where."""
    context.say("")
    record = published.record
    for cell, trial in best_trials(record.trials, record.budget.limit).items():
        context.say(_best_line(cell, trial))
    context.say("", published.sentence, "")
    context.say(f"Report:    {published.report}")
    context.say(f"Dashboard: {context.dashboard_command}")
    if context.interruption():
        context.say(f"Go on:     {context.archive.resume()}")


def _best_line(cell: str, trial: TrialRecord) -> str:
    units = number_of(trial.candidate.units if trial.candidate else 0, "unit")
    return (
        f"Best {cell_name(cell)}: {trial.validation_accuracy:.1%} on validation, {units}, "
        f"{trial.cell_parameters:,} cell parameters, {trial.model_parameters:,} in the model"
    )
