"""What every command shares: its errors, its exit status, its quiet."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console

from search_spaces.errors import IsoparamError
from study.machine.program import PROGRAM, typed, version
from study.question.settings import RunSettings
from study.question.settings_file import toml
from study.storage.passwords import hide_password
from study.terminal.mistakes import sentence

USAGE = 2  # exit status of a user's fault
INTERRUPTED = 130  # exit status after SIGINT, as shells have it


def command(name: str | None, text: str) -> App:
    """A command of this program; None is the program itself."""
    return App(
        name=typed(name) if name else PROGRAM,
        help=text,
        help_format="plaintext",
        version=version,
        version_flags=("--version",),
        console=Terminal(),
    )


def with_config(app: App) -> None:
    """Let the command read a TOML file of its own flags, given by `--config`."""

    @app.meta.default
    def launch(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        config: Annotated[Path | None, Parameter(help="TOML file of these settings.")] = None,
    ) -> object:
        app.config = () if config is None else (toml(config),)
        return app(tokens, exit_on_error=False, print_error=False)


class Terminal(Console):
    """A console whose reader may leave: the work goes on in silence.

    Attributes:
        in_notebook: Whether what is printed goes into a notebook: as plain lines, which it wraps.
    """

    def __init__(self, *, quiet: bool = False, stderr: bool = False) -> None:
        super().__init__(quiet=quiet, stderr=stderr)
        self.in_notebook, self.is_jupyter = self.is_jupyter, False

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


def terminal(settings: RunSettings) -> Terminal:
    """What is printed on: stderr where stdout is for programs."""
    return Terminal(quiet=settings.quiet, stderr=settings.json)


def print_json(**content: object) -> None:
    """Print one JSON object, for programs."""
    print(json.dumps(content, ensure_ascii=False), flush=True)


def run(app: App) -> NoReturn:
    """Run the command on this process' arguments and exit.

    A user's fault becomes one sentence on stderr and exit status 2; a bug shows its
    traceback.
    """
    hide_password()
    # Not `app.meta`, which would make one that has no default, and that no configuration survives.
    whole = app._meta or app
    try:
        whole(exit_on_error=False, print_error=False)
    except CycloptsError as error:
        fail(sentence(error))
    except IsoparamError as error:
        fail(str(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0)


def fail(message: str) -> NoReturn:
    """Say what is wrong on stderr and exit with status 2."""
    print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(USAGE)
