"""A run's health. `python -m study.doctor RUN`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from study.terminal.command import command, run

app = command("study.doctor", "Check a run: its database, trials, files and data.")


@app.default
def doctor(
    run_folder: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    repair: Annotated[bool, Parameter(negative=())] = False,
    storage: Annotated[str | None, Parameter(env_var="OPTUNA_STORAGE")] = None,
) -> int:
    """Say what is well and what is not; exit status 1 when something is not.

    Parameters
    ----------
    run_folder: Path
        The study's folder, `runs/<study-name>`.
    repair: bool
        Mend what is safe: put the trials of dead workers back, plan missing trials again, remove
        what was left behind, write a broken report again.
    storage: str
        Database URL, where the trials are not in the folder.
    """
    import optuna
    from rich.console import Console
    from rich.table import Table

    from reports.publish import Reporter
    from study.runs.health import Verdict, examine

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    reporter = Reporter()
    findings = examine(run_folder, storage, reporter)
    if repair:
        for finding in findings:
            if finding.verdict is Verdict.REPAIRABLE and finding.repair:
                finding.repair()
        findings = examine(run_folder, storage, reporter)
    table = Table("check", "", "found", box=None, pad_edge=False, title_justify="left")
    for finding in findings:
        table.add_row(finding.check, finding.verdict.value, finding.detail)
    Console(soft_wrap=True).print(table, markup=False)
    verdicts = {finding.verdict for finding in findings}
    if Verdict.REPAIRABLE in verdicts:
        print(f"To repair it: python -m study.doctor {run_folder} --repair")
    return 0 if verdicts == {Verdict.OK} else 1


if __name__ == "__main__":
    run(app)
