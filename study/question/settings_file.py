"""The settings of a study as a TOML file."""

import dataclasses
import tomllib
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study.errors import UserError
from study.machine.files import write_atomically
from study.question.settings import Settings
from study.storage.folder import RunFolder

if TYPE_CHECKING:
    from cyclopts.config import Toml

    from study.question.plan import StudyPlan

# Of one call, secret, or in the plan already.
_NOT_KEPT = {"dry_run", "quiet", "storage", "n_jobs", "candidates"}


def study_folder(plan: "StudyPlan") -> RunFolder:
    """The folder of the study of this plan."""
    return RunFolder(plan.settings.run.output_dir / plan.name)


def kept_flags(plan: "StudyPlan") -> dict[str, Any]:
    """The settings by flag name, as TOML values, with what they left open decided."""
    dataset = Path(plan.settings.data.dataset)
    decided = {
        "dataset": str(dataset.absolute()) if dataset.exists() else str(dataset),
        "study-name": plan.name,
        "level": plan.dataset.level.value,
        "sequence-length": plan.dataset.sequence_length,
        "embedding": plan.task.embedding,
        "max-params": plan.budget.limit,
        "epochs": plan.epochs,
        "patience": plan.patience,
        "batch-size": plan.space.batch_size,
        "replicates": plan.replicates,
    }
    return dict(sorted({**flag_values(plan.settings), **decided}.items()))


def save_settings(path: Path, plan: "StudyPlan") -> None:
    """Write the settings in force, so that the study can go on whatever the defaults are."""
    import tomli_w

    with write_atomically(path) as made:
        made.write_text(tomli_w.dumps(kept_flags(plan)), encoding="utf-8")


def load_settings(path: Path) -> Settings:
    """The settings that `save_settings` wrote, or a user's own.

    Raises:
        CycloptsError: A setting is unknown or out of range.
        UserError: The file is none of TOML.
    """
    from cyclopts import App

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


def toml(path: Path) -> "Toml":
    """A TOML file as a source of settings.

    Raises:
        UserError: There is no such file, or it is not TOML.
    """
    if not path.is_file():
        raise UserError(f"Settings are read from a TOML file, but {path} is none. Check the path.")
    try:
        tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"Settings are read from TOML, but {path} is not: {error}.") from error
    from cyclopts.config import Toml

    return Toml(path)
