"""All commands. `isoparam COMMAND`, or `python -m study COMMAND`."""

import sys
from enum import StrEnum
from importlib import import_module
from typing import Annotated, NoReturn

from cyclopts import App, Parameter

from study.machine.program import COMMANDS, PROGRAM
from study.terminal.command import command, run


class Shell(StrEnum):
    """Whose completion there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def commands() -> App:
    """Every command, for their list and for completion."""
    app = command(
        None,
        "Compare recurrent cells at an equal parameter budget. COMMAND --help lists the flags of "
        "a command.",
    )
    for place, name in enumerate(COMMANDS):
        one = _app(name)
        one.sort_key = place
        app.command(one, name=name)

    @app.command
    def completion(shell: Annotated[Shell, Parameter(name="SHELL")], /) -> None:
        """Print a script that completes commands and flags in a shell.

        For bash, put it into ~/.local/share/bash-completion/completions/isoparam.

        Parameters
        ----------
        shell: Shell
            Which shell.
        """
        print(app.generate_completion(prog_name=PROGRAM, shell=shell.value))

    return app


def main() -> NoReturn:
    """Run the command that this process' first argument names."""
    if len(sys.argv) > 1 and sys.argv[1] in COMMANDS:
        run(_app(sys.argv.pop(1)))
    run(commands())


def _app(name: str) -> App:
    """A command, whose module is imported only now."""
    module = import_module(COMMANDS[name])
    if not hasattr(module, "app"):  # a folder, which runs its `__main__`
        module = import_module(f"{COMMANDS[name]}.__main__")
    app: App = module.app
    return app


if __name__ == "__main__":
    main()
