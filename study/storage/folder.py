"""The folder of one study, and its files' names."""

import os
from dataclasses import dataclass
from pathlib import Path

from study.errors import UserError
from study.machine.program import typed


@dataclass(frozen=True)
class RunFolder:
    """`runs/<study-name>/`."""

    path: Path

    @property
    def database(self) -> Path:
        """Optuna's studies, unless another storage is given."""
        return self.path / "study.db"

    @property
    def settings(self) -> Path:
        """The settings in force, as `--config` takes them."""
        return self.path / "settings.toml"

    def plan(self, number: int) -> Path:
        """What was decided before the first training; `plan-2.json` and so on are later changes."""
        return self.path / ("plan.json" if number == 1 else f"plan-{number}.json")

    @property
    def log(self) -> Path:
        """What was done, with times."""
        return self.path / "search.log"

    @property
    def libraries_log(self) -> Path:
        """What the libraries print in the training processes."""
        return self.path / "libraries.log"

    @property
    def report(self) -> Path:
        """The report."""
        return self.path / "report.html"

    @property
    def artifacts(self) -> Path:
        """Pictures and models that the dashboard shows."""
        return self.path / "artifacts"

    @property
    def models(self) -> Path:
        """Each cell's best model."""
        return self.path / "models"

    def model(self, cell: str) -> Path:
        """The best model of a cell, as Keras saves it."""
        return self.models / f"{_file_name(cell)}.keras"

    def model_card(self, cell: str) -> Path:
        """What that model is and how good it was."""
        return self.models / f"{_file_name(cell)}.json"

    def run_model(self, owner: str, number: int) -> Path:
        """The model of one confirmation run, until the best is chosen.

        Args:
            owner: Name of the process that trained it; no other study has one of that name.
            number: Optuna's number of the run's trial.
        """
        return self.models / f".{owner}-{number}.keras"

    def require(self, file: Path, remedy: str | None = None) -> None:
        """Refuse a folder that is no study's.

        Args:
            file: One that the folder of a study has.
            remedy: What to do about it, where that is not to check the path.

        Raises:
            UserError: The folder has no such file.
        """
        if not file.is_file():
            remedy = remedy or f"Check the path; `{typed('search')}` prints it."
            raise UserError(
                f"A run is the folder of a study, with its {file.name}, but {self.path} has none. "
                f"{remedy}"
            )

    def check(self) -> None:
        """Refuse a place where the folder cannot be made, and make nothing.

        Raises:
            UserError: What is there of the path is no folder, or cannot be written.
        """
        path = self.path.absolute()
        there = next(one for one in (path, *path.parents) if one.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            fault = "cannot be written" if there.is_dir() else "is no folder"
            raise UserError(
                f"The study's folder {self.path} must be writable, but {there} {fault}. "
                "Choose another --output-dir."
            )

    def create(self) -> None:
        """Make the folder.

        Raises:
            UserError: It cannot be made, or nothing can be written in it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / f".{self.log.name}.probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise UserError(
                f"The study's folder {self.path} must be writable, but it is not "
                f"({error.strerror}). Choose another --output-dir."
            ) from error


def _file_name(cell: str) -> str:
    """`my_module:MyCell` without the colon, which some file systems do not take."""
    return cell.replace(":", ".")
