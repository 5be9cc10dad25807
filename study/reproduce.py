"""The notebook's three models again, by its protocol and by a fair one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from study.settings import MOST_REPLICATES
from study.terminal.command import command, run

app = command(
    "study.reproduce",
    "Train the three models of the notebook that this project grew out of, by its own protocol "
    "and by a fair one, and compare.",
)

_POSITIVE = Number(gte=1)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ReproductionSettings:
    """The flags."""

    dataset: str = "imdb"
    """`imdb`, `surnames`, or a path: CSV, TSV, Parquet, or a folder of texts."""
    epochs: Annotated[int, Parameter(validator=_POSITIVE)] = 10
    """Most epochs by the fair protocol; fewer than 10 cut the notebook's own short, too."""
    replicates: Annotated[int, Parameter(validator=Number(gte=1, lte=MOST_REPLICATES))] = 3
    """Seeds of the fair protocol; more can be added later."""
    seed: Annotated[int, Parameter(validator=Number(gte=0, lt=2**31))] = 0
    """Every other seed derives from this one."""
    n_jobs: Annotated[int | None, Parameter(validator=_POSITIVE)] = None
    """Training processes. Default: one for each core."""
    output_dir: Path = Path("runs/reproduction")
    """Folder of the results."""
    quiet: Annotated[bool, Parameter(negative=())] = False
    """Print nothing but errors."""


@app.default
def reproduce(*, settings: ReproductionSettings | None = None) -> int:
    """Reproduce the notebook: LSTM(128), GRU(128) and GRU(154).

    The same command goes on where it stopped: finished runs are kept in the output folder.
    """
    from study.reproduction import run_reproduction

    return run_reproduction(settings or ReproductionSettings())


if __name__ == "__main__":
    run(app)
