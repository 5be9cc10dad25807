"""Confirmation of a study that has been searched. `python -m study.confirm RUN`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from study.question.flag_values import POSITIVE
from study.terminal.command import command, run

app = command("confirm", "Train the winners of a study's searches afresh, and score them on test.")


@app.default
def confirm(
    run_folder: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    n_jobs: Annotated[int | None, POSITIVE] = None,
    storage: Annotated[str | None, Parameter(env_var="OPTUNA_STORAGE")] = None,
    quiet: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Confirm the searches of a study that are complete; finished runs are kept.

    Parameters
    ----------
    run_folder: Path
        The study's folder, `runs/<study-name>`.
    n_jobs: int
        Training processes. Default: one for each core.
    storage: str
        Database URL for Optuna, where it is not in the folder.
    quiet: bool
        Print nothing but errors.
    json: bool
        Print what the end says as one JSON object on stdout, and everything else on stderr.
    """
    from reports.publish import Reporter
    from study.pipeline import confirm_what_is_searched, work_on
    from study.runs.archive import searched

    archive = searched(run_folder, storage)
    settings = archive.plan.settings
    changed = replace(
        settings,
        answer=replace(settings.answer, confirm=True),
        run=replace(settings.run, n_jobs=n_jobs or settings.run.n_jobs, quiet=quiet, json=json),
    )
    plan = replace(archive.plan, settings=changed)
    return work_on(replace(archive, plan=plan), Reporter(), confirm_what_is_searched)


if __name__ == "__main__":
    run(app)
