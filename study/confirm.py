"""More seeds or budgets for a study that has been searched. `python -m study.confirm RUN`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from study.question.settings import BUDGETS, POSITIVE, REPLICATES
from study.terminal.command import command, run

app = command(
    "study.confirm", "Train a study's best candidates on fresh seeds, and score them on test."
)


@app.default
def confirm(
    run_folder: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    replicates: Annotated[int | None, REPLICATES] = None,
    budgets: Annotated[int | None, BUDGETS] = None,
    n_jobs: Annotated[int | None, POSITIVE] = None,
    storage: Annotated[str | None, Parameter(env_var="OPTUNA_STORAGE")] = None,
    quiet: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Confirm a searched study, or add to its confirmation; finished runs are kept.

    Parameters
    ----------
    run_folder: Path
        The study's folder, `runs/<study-name>`.
    replicates: int
        Seeds for each cell at each budget, those already run included.
    budgets: int
        Budgets at which the cells are compared: the study's and halvings of it.
    n_jobs: int
        Training processes. Default: one for each core.
    storage: str
        Database URL for Optuna, where it is not in the folder.
    quiet: bool
        Print nothing but errors.
    """
    from reports.publish import Reporter
    from study.pipeline import work_on
    from study.runs.archive import searched

    archive = searched(run_folder, storage)
    settings = archive.plan.settings
    question, answer, running = settings.question, settings.answer, settings.run
    changed = replace(
        settings,
        question=replace(question, budgets=budgets or question.budgets),
        answer=replace(answer, confirm=True, replicates=replicates or answer.replicates),
        run=replace(running, n_jobs=n_jobs or running.n_jobs, quiet=quiet),
    )
    plan = replace(archive.plan, settings=changed)
    plan.ladder()  # refuses too many budgets
    return work_on(replace(archive, plan=plan), Reporter())


if __name__ == "__main__":
    run(app)
