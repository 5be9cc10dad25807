"""The settings of a study as a TOML file."""

import dataclasses
import tomllib
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study.errors import UserError
from study.machine.files import write_atomically
from study.question.flag_values import Searches
from study.question.settings import Settings

if TYPE_CHECKING:
    from cyclopts.config import Toml

_RENAMED = {"steps": "sequence-length", "rungs": "budgets"}  # since version 0.1
_RENAMED_SPACE = "card"  # now basic


def saved_flags(settings: Settings) -> dict[str, Any]:
    """The settings by flag name, as TOML values; those left open are left out."""
    return {
        flag.name: plain(flag.value)
        for flag in sorted(settings.flags())
        if flag.trait.saved and flag.value is not None
    }


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings in force, so that the study can go on whatever the defaults are."""
    import tomli_w

    with write_atomically(path) as made:
        made.write_text(tomli_w.dumps(saved_flags(settings)), encoding="utf-8")


def load_settings(path: Path) -> Settings:
    """The settings that `save_settings` wrote, or a user's own.

    Raises:
        CycloptsError: A setting is unknown or out of range.
        UserError: The file is none of TOML, or of another version.
    """
    from cyclopts import App

    app = App(config=(toml(path),), result_action="return_value")

    @app.default
    def settings(*, settings: Settings | None = None) -> Settings:
        return settings or Settings()

    loaded: Settings = app([], exit_on_error=False, print_error=False)
    # The folder may have been moved or named in another way since it was written.
    run = dataclasses.replace(loaded.run, output_dir=path.absolute().parent.parent)
    beside = path.absolute().with_name(Path(loaded.data.dataset).name)  # data from memory
    data = loaded.data
    if not Path(data.dataset).exists() and beside.is_file():
        data = dataclasses.replace(data, dataset=str(beside))
    return dataclasses.replace(loaded, run=run, data=data)


def plain(value: Any) -> Any:
    """A setting's value as TOML has it."""
    match value:
        case Searches():
            return str(value)
        case tuple():
            return [plain(item) for item in value]
        case Enum():
            return value.value
        case Path():
            return str(value)
        case _:
            return value


def toml(path: Path) -> "Toml":
    """A TOML file as a source of settings.

    Raises:
        UserError: There is no such file, it is not TOML, or it is of another version.
    """
    if not path.is_file():
        found = "is no file" if path.exists() else "does not exist"
        raise UserError(f"Settings are read from a TOML file, but {path} {found}. Check the path.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"Settings are read from TOML, but {path} is not: {error}.") from error
    _refuse_renamed(path, content)
    from cyclopts.config import Toml

    return Toml(path)


def _refuse_renamed(path: Path, content: Mapping[str, Any]) -> None:
    renamed = [f"{old} is {new} now" for old, new in _RENAMED.items() if old in content]
    if content.get("space") == _RENAMED_SPACE:
        renamed.append(f"the space {_RENAMED_SPACE} is basic now")
    if renamed:
        raise UserError(
            f"The settings in {path} are of isoparam 0.1, and this is another version: "
            f"{', '.join(renamed)}. Rename them for a study of another --study-name; one that "
            "version 0.1 has begun goes on with version 0.1 only."
        )
