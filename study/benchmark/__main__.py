"""How fast isoparam is, beside its peers. `python -m study.benchmark [PART...]`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from study.errors import UserError
from study.terminal.command import INTERRUPTED, Terminal, command, run

if TYPE_CHECKING:
    from study.benchmark.table import Table


class Part(StrEnum):
    """What can be measured."""

    STARTUP = "startup"
    REPORT = "report"
    STORAGE = "storage"
    STEP = "step"
    TRIALS = "trials"
    SEARCH = "search"
    ACCURACY = "accuracy"


_TABLE = Path(__file__).parent / "tabulated" / "surnames.npz"


@dataclass(frozen=True)
class Options:
    """The flags that some parts read; `rounds` is None where it is left to the part."""

    rounds: int | None
    tabulated: Path
    dataset: str


app = command("study.benchmark", "Measure how fast isoparam is, beside its peers, on this machine.")


@app.default
def benchmark(
    *parts: Annotated[Part, Parameter(name="PART")],
    rounds: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    tabulated: Path = _TABLE,
    dataset: str = "surnames",
    json_file: Annotated[Path | None, Parameter(name="--json")] = None,
) -> None:
    """Measure, and print tables.

    On two cores `startup` and `report` take a minute, `storage` a few, `step` five, `trials` ten,
    `search` up to thirty, `accuracy` one, or fifteen on IMDB. PyTorch is measured where it is
    installed.

    Parameters
    ----------
    parts: Part
        What to measure; everything, if left out.
    rounds: int
        Repetitions, or seeds. Default: 5; 50 for `search`, 1 for `trials`.
    tabulated: Path
        Tabulated trainings, which `search` searches.
    dataset: str
        What `accuracy` learns: as `study.search` takes it.
    json_file: Path
        Keep what was measured, unrounded, with the machine's description.
    """
    if json_file is not None and not json_file.parent.is_dir():
        raise UserError(
            f"--json takes a file in an existing folder, but there is no folder "
            f"{json_file.parent}. Make it first."
        )
    found: list[Table] = []
    for part in parts or tuple(Part):
        tables = _measured(part, Options(rounds, tabulated, dataset))
        found += tables
        for each in tables:
            Terminal().print(each.drawn(), "")
    if json_file is not None:
        _keep(found, json_file)


@app.command
def tabulate(
    path: Path = _TABLE,
    /,
    *,
    n_jobs: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
) -> int:
    """Make the table of trainings that `search` searches; what is there is kept.

    Parameters
    ----------
    path: Path
        The file of the table.
    n_jobs: int
        Training processes. Default: one for each core.
    """
    from study.benchmark.tabulated import tabulate as work
    from study.machine.environment import cores

    return 0 if work.tabulate(path, n_jobs or cores()) else INTERRUPTED


def _measured(part: Part, options: Options) -> "list[Table]":
    from study.benchmark import accuracy
    from study.benchmark.speed import commands, steps, storage, trials
    from study.benchmark.tabulated import efficiency

    rounds = options.rounds
    measures: dict[Part, Callable[[], list[Table]]] = {
        Part.STARTUP: lambda: commands.measure_startup(rounds or 5),
        Part.REPORT: lambda: storage.measure_report(rounds or 5),
        Part.STORAGE: lambda: storage.measure(rounds or 5),
        Part.STEP: lambda: steps.measure(rounds or 5),
        Part.TRIALS: lambda: trials.measure(rounds or 1),
        Part.SEARCH: lambda: efficiency.measure(rounds or 50, options.tabulated),
        Part.ACCURACY: lambda: accuracy.measure(rounds or 5, options.dataset),
    }
    return measures[part]()


def _keep(tables: "list[Table]", path: Path) -> None:
    from study.machine.environment import environment
    from study.machine.files import write_atomically

    found = {"environment": environment(), **{table.name: table.records() for table in tables}}
    with write_atomically(path) as temporary:
        temporary.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(app)
