"""What the end of a command says: what was found, and where."""

import shlex
from typing import Any

from search_spaces.cells import cell_name
from study.machine.program import called_from_python, typed
from study.runs.context import JobContext
from study.runs.reporter import Published
from study.terminal.command import print_json
from study.terminal.words import number_of
from study.trials.record import TrialRecord, best_trials


def tell(context: JobContext, published: Published) -> None:
    """Say it in lines, and as JSON on the standard output where that was asked for."""
    record = published.record
    lines = [_best(*best) for best in best_trials(record.trials, record.budget.limit).items()]
    context.say("", *lines, "", published.sentence, "")
    context.say(f"Report:    {published.report}", f"Dashboard: {dashboard_command(context)}")
    if context.interruption():
        context.say(f"Go on:     {_again()}{context.archive.resume()}")
    if context.plan.settings.run.json:
        print_json(**_plain(context, published))


def _again() -> str:
    """A user's own program goes on by what began it."""
    return "call study.compare() again as before; or in a shell " if called_from_python() else ""


def dashboard_command(context: JobContext) -> str:
    """Optuna's dashboard on this study."""
    archive, folder = context.archive, context.folder
    if not archive.shared:
        return f"{typed('dashboard')} {shlex.quote(str(folder.path))}"
    artifacts = str(folder.artifacts)
    return shlex.join(["optuna-dashboard", archive.store.shown_url, "--artifact-dir", artifacts])


def _plain(context: JobContext, published: Published) -> dict[str, Any]:
    interrupted = context.interruption()
    return {
        "study": published.record.name,
        "folder": str(context.folder.path.absolute()),
        "answer": published.sentence,
        "decided": published.decided,
        "interrupted": interrupted,
        "go_on": context.archive.resume() if interrupted else None,
        "report": str(published.report.absolute()),
        "summary": str(published.report.absolute().with_name("summary.json")),
        "dashboard": dashboard_command(context),
    }


def _best(cell: str, trial: TrialRecord) -> str:
    units = number_of(trial.candidate.units if trial.candidate else 0, "unit")
    return (
        f"{cell_name(cell)} of the lowest validation loss: {trial.validation_accuracy:.1%} there, "
        f"{units}, {trial.cell_parameters:,} cell parameters, {trial.model_parameters:,} in the "
        "model"
    )
