"""A run's health. `python -m study.doctor RUN`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from study.terminal.command import command, print_json, run

app = command("doctor", "Check a run: its database, trials, files and data.")


@app.default
def doctor(
    run_folder: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    repair: Annotated[bool, Parameter(negative=())] = False,
    storage: Annotated[str | None, Parameter(env_var="OPTUNA_STORAGE")] = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Say what is well, what is not and what to do about it; exit status 1 when something is not.

    Parameters
    ----------
    run_folder: Path
        The study's folder, `runs/<study-name>`.
    repair: bool
        Remove what was left behind, and write a broken report again. What else is to repair the
        next run of the study's command repairs.
    storage: str
        Database URL, where the trials are not in the folder.
    json: bool
        Print one JSON object.
    """
    import optuna
    from rich.console import Console
    from rich.table import Table

    from reports.publish import Reporter
    from study.runs.health import examine

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    findings = examine(run_folder, storage, Reporter())
    if repair:
        findings = [finding.repaired() for finding in findings]
    faults = [finding for finding in findings if finding.fault]
    if json:
        print_json(
            well=not faults,
            findings=[
                {
                    "check": finding.check,
                    "health": finding.health.value,
                    "found": finding.detail,
                    "remedy": finding.remedy if finding.fault else None,
                }
                for finding in findings
            ],
        )
        return 1 if faults else 0
    table = Table("check", "", "found", box=None, pad_edge=False, title_justify="left")
    for finding in findings:
        table.add_row(finding.check, finding.health.value, finding.detail)
    Console(soft_wrap=True).print(table, markup=False)
    for remedy in dict.fromkeys(finding.remedy for finding in faults if finding.remedy):
        print(f"To repair it: {remedy}")
    return 1 if faults else 0


if __name__ == "__main__":
    run(app)
