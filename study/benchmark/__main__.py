"""How fast isoparam is, beside its peers. `python -m study.benchmark [PART...]`."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from study.datasets.level import Level
from study.errors import IsoparamError, UserError
from study.question.settings import DataSettings, Settings
from study.terminal.command import INTERRUPTED, Terminal, command, run

if TYPE_CHECKING:
    from study.benchmark.table import Table


class Part(StrEnum):
    """What can be measured."""

    STARTUP = "startup"
    REPORT = "report"
    STORAGE = "storage"
    STEP = "step"
    ANSWER = "answer"
    SEARCH = "search"
    RULES = "rules"
    ACCURACY = "accuracy"


_ROUNDS = {Part.SEARCH: 50, Part.RULES: 2_000}  # 5 of every other part
_TABLE = Path(__file__).parent / "tabulated" / "surnames.npz"

app = command("benchmark", "Measure how fast isoparam is, beside its peers, on this machine.")


@app.default
def benchmark(
    *parts: Annotated[Part, Parameter(name="PART")],
    rounds: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    tabulated: Path = _TABLE,
    dataset: str = "surnames",
    level: Level | None = None,
    json_file: Annotated[Path | None, Parameter(name="--json")] = None,
) -> None:
    """Measure, and print tables.

    On two cores `startup` and `report` take a minute, `storage` a few, `step` five, `answer` three,
    `search` up to thirty, `rules` and `accuracy` one, or fifteen on IMDB. PyTorch is measured where
    it is installed. What cannot be measured is named in the end, and the other parts go on.

    Parameters
    ----------
    parts: Part
        What to measure; everything, if left out.
    rounds: int
        Repetitions, or seeds. Default: 5; 50 for `search`, 2,000 for `rules`; `answer`
        takes none.
    tabulated: Path
        Tabulated trainings, of which `search` and `rules` are. Default: those that come with
        isoparam.
    dataset: str
        What `accuracy` learns, and of what the tabulated trainings are: as `study.search` takes it.
    level: Level
        What a text's tokens are, as for `study.search`.
    json_file: Path
        Save what was measured, unrounded, with the machine's description.
    """
    with _saved(json_file) as measured:
        data = DataSettings(dataset=dataset, level=level)
        for table in _measured(parts or tuple(Part), rounds, tabulated, data):
            measured.append(table)
            Terminal().print(table.to_rich(), "")


@app.command
def tabulate(
    path: Path = Path("trainings.npz"),
    /,
    *,
    dataset: str = "surnames",
    level: Level | None = None,
    patience: Annotated[float, Parameter(validator=Number(gt=0))] = 12,
    epochs: Annotated[int, Parameter(validator=Number(gte=1))] = 100,
    n_jobs: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
) -> int:
    """Make a table of trainings that `search --tabulated` searches, or complete it.

    The embedded one, of surnames, takes an hour on two idle cores.

    Parameters
    ----------
    path: Path
        The file of the table.
    dataset: str
        What is learnt: as `study.search` takes it.
    level: Level
        What a text's tokens are, as for `study.search`.
    patience: float
        Epochs without a lower validation loss before a training stops: no less than a study's.
    epochs: int
        Most epochs of a training: no fewer than a study's.
    n_jobs: int
        Training processes. Default: one for each core.
    """
    from study.benchmark.tabulated import tabulate as work
    from study.benchmark.tabulated.stopping import StoppingRule
    from study.machine.environment import cores

    settings = Settings(data=DataSettings(dataset=dataset, level=level))
    rule = StoppingRule(patience, epochs)
    return 0 if work.tabulate(path, n_jobs or cores(), settings, rule) else INTERRUPTED


@contextmanager
def _saved(json_file: Path | None) -> "Iterator[list[Table]]":
    """Where measured tables are put; saved in the end, however that comes.

    Raises:
        UserError: There is no folder for the file.
    """
    if json_file is not None and not json_file.parent.is_dir():
        raise UserError(
            f"--json takes a file in an existing folder, but there is no folder "
            f"{json_file.parent}. Make it first."
        )
    measured: list[Table] = []
    try:
        yield measured
    finally:
        if json_file is not None:
            _save(measured, json_file)


def _measured(
    parts: Sequence[Part], rounds: int | None, tabulated: Path, data: DataSettings
) -> "Iterator[Table]":
    """The tables of each part as soon as it is measured.

    Raises:
        UserError: In the end, of all parts that could not be measured.
    """
    faults: list[str] = []
    for part in parts:
        try:
            yield from _measure(part, rounds or _ROUNDS.get(part, 5), tabulated, data)
        except IsoparamError as error:
            faults.append(f"{part} was not measured: {error}")
    if faults:
        raise UserError(" ".join(faults))


def _measure(part: Part, rounds: int, tabulated: Path, data: DataSettings) -> "list[Table]":
    from study.benchmark import accuracy
    from study.benchmark.speed import answer, commands, steps, storage
    from study.benchmark.tabulated import efficiency, rules

    measures: dict[Part, Callable[[], list[Table]]] = {
        Part.STARTUP: lambda: commands.measure_startup(rounds),
        Part.REPORT: lambda: storage.measure_report(rounds),
        Part.STORAGE: lambda: storage.measure(rounds),
        Part.STEP: lambda: steps.measure(rounds),
        Part.ANSWER: answer.measure,
        Part.SEARCH: lambda: efficiency.measure(rounds, tabulated, data),
        Part.RULES: lambda: rules.measure(rounds, tabulated, data),
        Part.ACCURACY: lambda: accuracy.measure(rounds, data.dataset),
    }
    return measures[part]()


def _save(tables: "list[Table]", path: Path) -> None:
    from study.machine.environment import environment
    from study.machine.files import write_atomically

    measured = {"environment": environment(), **{table.name: table.to_json() for table in tables}}
    with write_atomically(path) as temporary:
        temporary.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(app)
