"""What is wrong with the words of a command, in a sentence."""

from pathlib import Path

from cyclopts import CoercionError, CycloptsError, MissingArgumentError, UnusedCliTokensError
from cyclopts.argument import Argument

_KINDS = {int: "a whole number", float: "a number", bool: "true or false", Path: "a path"}
_PARAMETERS = {
    "RUN": "the folder of a study, such as runs/surnames",
    "SHELL": "bash, zsh or fish",
}


def sentence(error: CycloptsError) -> str:
    """What was expected, what came, and what to do: in the words of flags, not of a parser."""
    match error:
        case UnusedCliTokensError(unused_tokens=[first, *_]):
            return _unused(first, error)
        case MissingArgumentError(argument=Argument() as missing):
            name = error.keyword or missing.name
            if name in _PARAMETERS:
                return f"{name} is missing: {_PARAMETERS[name]}. Give it after the command."
            return f"{name} takes a value, but none was given. Give it after {name}."
        case CoercionError(target_type=kind, token=token) if token and kind in _KINDS:
            name = token.keyword or (error.argument.name if error.argument else "A value")
            if token.source not in {"", "cli"}:  # a settings file
                name = f"{name.strip('[]')} in {token.source}"
            return (
                f"{name} takes {_KINDS[kind]}, but {token.value!r} was given. "
                "Correct it; --help says what it means."
            )
        case _:
            return str(error)


def _unused(word: str, error: CycloptsError) -> str:
    arguments = error.app.assemble_argument_collection() if error.app else ()
    advice = "Leave it out, or put the flag that it belongs to before it; --help lists them."
    if any("--dataset" in argument.names for argument in arguments):
        advice = f"Data are given by a flag: --dataset {word}. --help lists the others."
    return f"{word!r} stands where no flag takes it. {advice}"
