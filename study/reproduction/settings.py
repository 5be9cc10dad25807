"""What a reproduction is asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from study.datasets.registry import sources_in_words
from study.question.settings import POSITIVE, REPLICATES, SEED


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ReproductionSettings:
    """The flags."""

    dataset: Annotated[str, Parameter(help=f"{sources_in_words()}.")] = "imdb"
    epochs: Annotated[int, POSITIVE] = 10
    """Most epochs by the fair protocol; fewer than 10 cut the notebook's own short, too."""
    replicates: Annotated[int, REPLICATES] = 3
    """Seeds of the fair protocol; more can be added later."""
    seed: Annotated[int, SEED] = 0
    """Every other seed derives from this one."""
    n_jobs: Annotated[int | None, POSITIVE] = None
    """Training processes. Default: one for each core."""
    output_dir: Path = Path("runs/reproduction")
    """Folder of the results."""
    quiet: Annotated[bool, Parameter(negative=())] = False
    """Print nothing but errors."""
