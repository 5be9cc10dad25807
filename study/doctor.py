"""A run's health. `python -m study.doctor RUN`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from study.terminal.command import command, print_json, run

if TYPE_CHECKING:
    from study.runs.health import Finding

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

    from reports.publish import Reporter
    from study.runs.health import examine

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    findings = examine(run_folder, storage, Reporter())
    if repair:
        findings = [finding.repaired() for finding in findings]
    if json:
        _print_json(findings)
    else:
        _print_table(findings)
    return 1 if any(finding.fault for finding in findings) else 0


def _print_json(findings: "Sequence[Finding]") -> None:
    print_json(
        well=not any(finding.fault for finding in findings),
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


def _print_table(findings: "Sequence[Finding]") -> None:
    """What was found, and under it what repairs it."""
    from rich.console import Console
    from rich.table import Table

    table = Table("check", "", "found", box=None, pad_edge=False, title_justify="left")
    for finding in findings:
        table.add_row(finding.check, finding.health.value, finding.detail)
    Console(soft_wrap=True).print(table, markup=False)
    faults = [finding for finding in findings if finding.fault]
    for remedy in dict.fromkeys(finding.remedy for finding in faults if finding.remedy):
        print(f"To repair it: {remedy}")


if __name__ == "__main__":
    run(app)
