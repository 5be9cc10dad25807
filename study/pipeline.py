"""The whole job, step by step: plan, search, confirm, report."""

import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import optuna
from optuna.trial import TrialState
from rich.console import Console

from search_spaces.candidate import Candidate
from search_spaces.cells import cell_name
from study.datasets.description import in_lines
from study.errors import UserError
from study.machine.environment import cores
from study.phases.confirmation import ConfirmationWork, confirmation_slots, open_confirmation
from study.phases.dry_run import print_dry_run
from study.phases.search import SearchWork, open_search, search_slots
from study.processes.interruption import Interruption
from study.processes.limits import ProcessLimits
from study.question.plan import StudyPlan, resolve
from study.question.settings import Settings
from study.question.settings_file import save_settings
from study.runs.archive import Archive
from study.runs.models import save_best_models
from study.runs.reporter import Reporter
from study.storage.folder import RunFolder
from study.storage.opening import open_store
from study.storage.trial_storage import as_user_errors
from study.terminal.command import Terminal
from study.terminal.display import Display
from study.terminal.words import number_of
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.record import TrialRecord, best_trials, trial_record
from study.trials.worker_loop import Work, WorkerLoop


@dataclass(frozen=True)
class JobContext:
    """What every phase of a job works with."""

    archive: Archive
    owner: str
    limits: ProcessLimits
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
        timeout = self.plan.settings.search.timeout if phase == "search" else None
        display = Display(self.console, study, phase, measure, self.plan.epochs, self.limits.jobs)
        with display.open():
            return WorkerLoop(
                self.queue(study),
                work,
                self.limits,
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


def search_and_confirm(context: JobContext, study: optuna.Study) -> None:
    """Search for the candidates that are then confirmed."""
    _enqueue_search(context, study)
    # Only now: a command that is refused changes nothing.
    save_settings(context.folder.settings, context.plan.settings)
    plan = context.plan
    context.say(*in_lines(plan.dataset.facts, plan.margin), *plan.known.notes)
    done = _search(context, study)
    if context.plan.settings.answer.confirm and not context.interruption():
        if not done:
            _close(context, study)
        _confirm_best(context, study)


# What is done between opening a study and reporting on it.
Phases: TypeAlias = Callable[[JobContext, optuna.Study], None]


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
    with store.lease() as owner, interruption.open():
        context = JobContext(archive, owner, limits, console, interruption, reporter)
        phases(context, study)
        _report(context)
    return interruption.status if interruption() else 0


def _enqueue_search(context: JobContext, study: optuna.Study) -> None:
    """Add to the search's queue what it lacks, unless it has been confirmed."""
    queue = context.queue(study)
    planned = queue.progress().planned
    wanted = context.plan.settings.search.n_trials
    if planned and wanted > planned and context.archive.confirmation() is not None:
        raise UserError(
            f"The search of {planned} trials has been confirmed on the test split, so it cannot "
            f"grow to {wanted}. Choose another --study-name for a longer search."
        )
    queue.enqueue(search_slots(context.plan))


def _search(context: JobContext, study: optuna.Study) -> bool:
    """Complete the search; False where a signal or the clock ended it."""
    return context.work_off(
        study,
        SearchWork(context.plan, context.folder, context.reporter.draw_curve),
        "search",
        "validation",
    )


def _close(context: JobContext, study: optuna.Study) -> None:
    """End a search whose time is up: what it has not begun it must not do after confirmation.

    The test split is opened next, and a search that goes on afterwards could choose by it.
    """
    queue = context.queue(study)
    while trial := queue.ask():
        queue.finish(
            trial, TrialState.FAIL, user_attrs={attrs.REASON: "not begun: the time was up"}
        )


def _confirm_best(context: JobContext, search: optuna.Study) -> None:
    best = best_trials([trial_record(trial) for trial in search.trials])
    missing = [cell_name(cell) for cell in context.plan.cells if cell not in best]
    if missing:
        context.say(f"Not confirmed: no {' and no '.join(missing)} trial is complete.")
        return
    candidates = {cell: trial.candidate for cell, trial in best.items() if trial.candidate}
    confirm(context, candidates, {cell: trial.number for cell, trial in best.items()})


def confirm(
    context: JobContext,
    candidates: Mapping[str, Candidate],
    trials: Mapping[str, int] | None = None,
) -> None:
    """Train candidates at matched sizes on fresh seeds, and score them on the test split.

    Args:
        candidates: By cell; those of the first call stay.
        trials: Numbers of the search's trials that they are from, by cell.
    """
    plan = context.plan
    study = open_confirmation(context.archive.store, plan, candidates, trials or {})
    context.queue(study).enqueue(confirmation_slots(study, plan))
    work = ConfirmationWork(plan, context.folder)
    if context.work_off(study, work, "confirm", "test"):
        save_best_models(study, context.folder, plan)


def _report(context: JobContext) -> None:
    """Write the report, and say what was found and where."""
    published = context.reporter.publish(context.archive)
    context.say("")
    for cell, trial in best_trials(published.record.trials).items():
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
