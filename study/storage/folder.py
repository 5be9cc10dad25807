"""The folder of one study: its files' names, and the settings kept in it."""

import dataclasses
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study.errors import UserError
from study.machine.files import write_atomically
from study.settings import Settings

if TYPE_CHECKING:
    from study.problem import Problem

# Of one call, secret, or in the plan already.
_NOT_KEPT = {"dry_run", "quiet", "storage", "n_jobs", "candidates"}


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

    @property
    def log(self) -> Path:
        """What the training processes print."""
        return self.path / "search.log"

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
        return self.models / f"{cell}.keras"

    def model_card(self, cell: str) -> Path:
        """What that model is and how good it was."""
        return self.models / f"{cell}.json"

    def replicate_model(self, cell: str, replicate: int) -> Path:
        """The model of one confirmation run, until the best is chosen."""
        return self.models / f".{cell}-{replicate}.keras"

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

    def keep(self, problem: "Problem") -> None:
        """Write the settings in force, so that the study can go on whatever the defaults are."""
        import tomli_w

        with write_atomically(self.settings) as path:
            path.write_text(tomli_w.dumps(kept_flags(problem)), encoding="utf-8")


def study_folder(problem: "Problem") -> RunFolder:
    """The folder of the study of this problem."""
    return RunFolder(problem.settings.run.output_dir / problem.name)


def kept_flags(problem: "Problem") -> dict[str, Any]:
    """The settings by flag name, as TOML values, with what they left open decided."""
    dataset = Path(problem.settings.data.dataset)
    decided = {
        "dataset": str(dataset.absolute()) if dataset.exists() else str(dataset),
        "study-name": problem.name,
        "level": problem.dataset.level.value,
        "steps": problem.dataset.steps,
        "embedding": problem.task.embedding,
        "max-params": problem.budget.limit,
        "epochs": problem.epochs,
        "patience": problem.patience,
        "batch-size": problem.space.batch_size,
        "replicates": problem.replicates,
    }
    return dict(sorted({**flag_values(problem.settings), **decided}.items()))


def load_settings(path: Path) -> Settings:
    """The settings that `RunFolder.keep` wrote, or a user's own.

    Raises:
        CycloptsError: A setting is unknown or out of range.
        UserError: The file is none of TOML.
    """
    from cyclopts import App

    from study.terminal.command import toml

    app = App(config=(toml(path),), result_action="return_value")

    @app.default
    def settings(*, settings: Settings | None = None) -> Settings:
        return settings or Settings()

    loaded: Settings = app([], exit_on_error=False, print_error=False)
    # The folder may have been moved or named in another way since it was written.
    run = dataclasses.replace(loaded.run, output_dir=path.absolute().parent.parent)
    return dataclasses.replace(loaded, run=run)


def flag_values(settings: Settings) -> dict[str, Any]:
    """The settings by flag name, as TOML values; those left open are left out."""
    return {
        field.name.replace("_", "-"): _plain(value)
        for group in dataclasses.fields(settings)
        for field in dataclasses.fields(getattr(settings, group.name))
        if (value := getattr(getattr(settings, group.name), field.name)) is not None
        and field.name not in _NOT_KEPT
    }


def _plain(value: Any) -> Any:
    match value:
        case tuple():
            return [_plain(item) for item in value]
        case Enum():
            return value.value
        case Path():
            return str(value)
        case _:
            return value
