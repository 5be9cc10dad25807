"""The report again, from what is stored. `python -m reports RUN`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from study.terminal.command import command, print_json, run

app = command("report", "Write a study's report again, from what is stored.")


@app.default
def report(
    run_folder: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    storage: Annotated[str | None, Parameter(env_var="OPTUNA_STORAGE")] = None,
    latex: Annotated[bool, Parameter(negative=())] = False,
    quiet: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Write `report.html`, `summary.json`, the CSV tables and the charts of a run.

    Parameters
    ----------
    run_folder: Path
        The study's folder, `runs/<study-name>`.
    storage: str
        Database URL, where the trials are not in the folder.
    latex: bool
        Write `latex/` as well: the figures as a table and as commands, the answer and the method
        to paste, BibTeX, every chart as PDF and PNG, and a minimal article of all that.
    quiet: bool
        Print nothing but errors.
    json: bool
        Print one JSON object.
    """
    from reports.findings.answer import answer
    from reports.write import write
    from study.runs.archive import read

    record = read(run_folder, storage)
    path = write(record, answer(record), run_folder, latex=latex)
    article = run_folder / "latex" if latex else None
    if json:
        written = {"report": path, "summary": path.with_name("summary.json"), "latex": article}
        print_json(**{name: each and str(each.absolute()) for name, each in written.items()})
    elif not quiet:
        print(*(each for each in (path, article) if each), sep="\n")


if __name__ == "__main__":
    run(app)
