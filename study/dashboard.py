"""Optuna's dashboard on a run, read-only. `python -m study.dashboard RUN`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from study.terminal.command import command, run

app = command("dashboard", "Open a study in optuna-dashboard, on this machine, read-only.")


@app.default
def dashboard(
    run_folder: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    port: Annotated[int, Parameter(validator=Number(gte=0, lt=65_536))] = 8080,
) -> None:
    """Print the address, http://127.0.0.1:PORT, and serve the study there until Ctrl-C.

    Parameters
    ----------
    run_folder: Path
        The study's folder, `runs/<study-name>`.
    port: int
        Port to listen on; 0 takes any that is free.
    """
    from study.runs.serving import serve

    serve(run_folder, port)


if __name__ == "__main__":
    run(app)
