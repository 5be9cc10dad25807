"""The folder of one study: its files' names, and the settings kept in it."""

import dataclasses
import shlex
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from study.errors import UserError
from study.files import write_atomically
from study.settings import Settings, check_study_name

_NOT_KEPT = {"dry_run", "quiet", "storage", "n_jobs"}  # of one call, or secret


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

    def keep(self, settings: Settings, name: str) -> None:
        """Write the settings, so that `resume` and readers of the folder find them."""
        import tomli_w

        flags = {**flag_values(settings), "study-name": name}
        with write_atomically(self.settings) as path:
            path.write_text(tomli_w.dumps(flags), encoding="utf-8")

    def resume(self) -> str:
        """The command that goes on with this study."""
        return f"python -m study.search --config {shlex.quote(str(self.settings))}"


def study_folder(settings: Settings, name: str) -> RunFolder:
    """The folder of the study of that name.

    Raises:
        UserError: The name cannot name a folder.
    """
    check_study_name(name)
    return RunFolder(settings.run.output_dir / name)


def load_settings(path: Path) -> Settings:
    """The settings that `RunFolder.keep` wrote, or a user's own.

    Raises:
        CycloptsError: A setting is unknown or out of range.
        UserError: The file is no TOML.
    """
    from cyclopts import App
    from cyclopts.config import Toml

    app = App(config=(Toml(path, must_exist=True),), result_action="return_value")

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
