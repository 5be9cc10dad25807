"""The flags of `python -m study.search` as keywords: what is said of a flag holds for its keyword.

Names, defaults, descriptions and checks are the command's own, and are listed nowhere else.
"""

import inspect
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from cyclopts import App, CycloptsError

from study.errors import CallError, UserError
from study.question.settings import Settings
from study.question.settings_file import plain, toml
from study.terminal.mistakes import sentence

if TYPE_CHECKING:
    from cyclopts.argument import Argument

_CONFIG = "config"
_DATASET = "dataset"
_CONFIG_HELP = "TOML file of these settings, such as the `settings.toml` of a study."
_WIDTH = 96


def settings_of(keywords: Mapping[str, Any]) -> Settings:
    """The settings that the command would make of flags with these names and values.

    Args:
        keywords: A flag's name with underscores, and its value; None: as if it were not given.

    Raises:
        CallError: There is no such keyword.
        UserError: A value is not what its flag takes.
    """
    known = {*flags(), _CONFIG}
    for name in keywords.keys() - known:
        near = get_close_matches(name, known, n=1)
        hint = f" (do you mean {near[0]!r}?)" if near else ""
        raise CallError(
            f"compare() takes the command's flags as keywords, but {name!r} is none{hint}. "
            "help(study.compare) lists them."
        )
    given = {name: value for name, value in keywords.items() if value is not None}
    config = given.pop(_CONFIG, None)
    app = _app() if config is None else _app(toml(Path(config)))
    words = [word for name, value in given.items() for word in _words(name, value)]
    try:
        settings: Settings = app(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        raise UserError(" ".join(sentence(error).split())) from None
    return settings


def flags() -> dict[str, "Argument"]:
    """Every flag of the command by its name as a keyword."""
    arguments = _app().assemble_argument_collection(parse_docstring=True)
    names = [flag.name.replace("-", "_") for flag in Settings().flags()]
    by_name = {argument.keys[-1]: argument for argument in arguments if len(argument.keys) == 2}
    return {name: by_name[name] for name in names}


def signature(first: inspect.Parameter, returned: Any) -> inspect.Signature:
    """The signature of a function that takes every flag as a keyword, after its first argument.

    That one is the data, so that the data set by name is none unless it is asked for.
    """
    keywords = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None if name == _DATASET else _shown(flag.field_info.default),
            annotation=flag.hint,
        )
        for name, flag in flags().items()
    ]
    config = inspect.Parameter(
        _CONFIG, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=str | Path | None
    )
    return inspect.Signature([first, *keywords, config], return_annotation=returned)


def described() -> str:
    """A paragraph for each keyword, as a docstring has it."""
    helps = {name: flag.parameter.help or "" for name, flag in flags().items()}
    helps[_CONFIG] = _CONFIG_HELP
    return "\n".join(_paragraph(f"{name}: {text}") for name, text in helps.items())


def _paragraph(text: str) -> str:
    return fill(text, _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 8)


def _app(*config: Any) -> App:
    app = App(config=config, result_action="return_value")

    @app.default
    def settings(*, settings: Settings | None = None) -> Settings:
        return settings or Settings()

    return app


def _words(name: str, value: Any) -> list[str]:
    """A value as it would be typed."""
    flag = name.replace("_", "-")
    if isinstance(value, Sequence) and not isinstance(value, str):
        typed = [f"--{flag}={_typed(item)}" for item in value]
        return typed or [f"--empty-{flag}"]
    return [f"--{flag}={_typed(value)}"]


def _typed(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def _shown(default: Any) -> Any:
    """A default as a user would write it."""
    value = plain(default)
    return tuple(value) if isinstance(value, list) else value
