"""A user's own cell, found in a module of the working folder or of the environment."""

import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


class CellError(Exception):
    """There is no such cell; the message says why."""


_MEMBERS: Mapping[str, Callable[[object], bool]] = {
    "name": lambda value: isinstance(value, str) and bool(value),
    "parameters": callable,
    "layer": callable,
}


def own_definition(name: str) -> Any:
    """What `module:Class` says of a cell: an instance of that class.

    The working folder is searched first, as by `python -m`.

    Raises:
        CellError: There is no such module or class, or it is no cell.
    """
    module, _, attribute = name.partition(":")
    folder = os.getcwd()  # noqa: PTH109  # no files here: see the rules of this package
    if folder not in sys.path and "" not in sys.path:
        sys.path.insert(0, folder)
    found = getattr(_imported(module, name, folder), attribute, None)
    if not isinstance(found, type):
        raise CellError(
            f"The cell {name} is a class of one's own, but {module} has none that is called "
            f"{attribute!r}. Correct the name."
        )
    definition = found()
    lacking = [
        member for member, fits in _MEMBERS.items() if not fits(getattr(definition, member, None))
    ]
    if lacking:
        raise CellError(
            "The class of a cell has a name, parameters(inputs, units) and "
            f"layer(units, **options), but {name} lacks its {' and '.join(lacking)}. Add them."
        )
    return definition


def _imported(module: str, name: str, folder: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(f"{error.name}.")):
            raise CellError(
                f"The cell {name} is looked for in {module}.py, but {folder} has no such module. "
                "Give the command in the folder that holds it."
            ) from error
        raise CellError(_broken(name, module, error)) from error
    except Exception as error:
        raise CellError(_broken(name, module, error)) from error


def _broken(name: str, module: str, error: Exception) -> str:
    return (
        f"The cell {name} is of the module {module}, which cannot be imported "
        f"({type(error).__name__}: {error}). Correct it."
    )
