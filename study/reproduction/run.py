"""The reproduction as a study without a search: the notebook's protocol, then a fair one."""

from typing import TYPE_CHECKING

import optuna

from study.phases.winners import given
from study.pipeline import confirm, work_on
from study.question.plan import resolve
from study.reproduction.notebook import (
    GRU_154,
    LSTM_128,
    NotebookWork,
    notebook_slots,
    open_notebook,
)
from study.runs.archive import Archive
from study.runs.context import JobContext
from study.runs.reporter import Reporter
from study.storage.folder import RunFolder
from study.storage.sqlite import FileStore

if TYPE_CHECKING:
    from study.reproduction.settings import ReproductionSettings


def run_reproduction(settings: "ReproductionSettings", reporter: Reporter) -> int:
    """Do what the settings say, or what of it is left to do.

    Returns:
        The exit status: 0, or 130 or 143 where a signal ended it.

    Raises:
        UserError: The data cannot be read, or the folder not written, or it holds another study.
    """
    plan = resolve(settings.of_study)
    folder = RunFolder(settings.output_dir)
    archive = Archive(folder, plan, FileStore(folder.database), settings.command)
    return work_on(archive, reporter, _both_protocols)


def _both_protocols(context: JobContext, _: optuna.Study) -> None:
    """Train the notebook's models as it did, then those of one size on equal terms."""
    notebook = open_notebook(context.archive.store, context.plan)
    context.queue(notebook).enqueue(notebook_slots(context.plan))
    context.work_off(notebook, NotebookWork(context.plan), "notebook", "test")
    candidates = {model.cell: model.candidate for model in (LSTM_128, GRU_154)}
    for number in range(1, context.plan.searches.most + 1):
        if not context.interruption():
            confirm(context, given(candidates, context.plan, number))
