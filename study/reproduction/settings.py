"""What a reproduction is asked, and the study that it is."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from study.datasets.registry import sources_in_words
from study.machine.program import typed
from study.question.flag_values import POSITIVE, REPLICATES, SEED, Searches
from study.question.settings import (
    AnswerSettings,
    DataSettings,
    QuestionSettings,
    RunSettings,
    SearchSettings,
    Settings,
)


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
    json: Annotated[bool, Parameter(negative=())] = False
    """Print what the end says as one JSON object on stdout, and everything else on stderr."""

    @property
    def of_study(self) -> Settings:
        """A study without a search at the size of the notebook's LSTM, at whichever level."""
        return Settings(
            data=DataSettings(dataset=self.dataset, embedding=128),
            question=QuestionSettings(max_params=131_584, budgets=1),
            # Each seed stands for a search of its own: there is no other luck.
            search=SearchSettings(
                searches=Searches(self.replicates, self.replicates),
                n_trials=0,
                epochs=self.epochs,
                batch_size=32,
            ),
            answer=AnswerSettings(replicates=1),
            run=RunSettings(
                study_name="reproduction",
                n_jobs=self.n_jobs,
                seed=self.seed,
                quiet=self.quiet,
                json=self.json,
            ),
        )

    @property
    def command(self) -> str:
        """Goes on with the reproduction."""
        flags = {
            "--dataset": self.dataset,
            "--epochs": self.epochs,
            "--replicates": self.replicates,
            "--seed": self.seed,
            "--output-dir": self.output_dir,
        }
        words = (word for flag, value in flags.items() for word in (flag, str(value)))
        return f"{typed('reproduce')} {shlex.join(words)}"
