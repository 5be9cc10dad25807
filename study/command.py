"""What every command shares: its errors, its exit status, its quiet."""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import App, CycloptsError, Parameter
from cyclopts.config import Toml

from search_spaces.budget import BudgetError
from study.errors import UserError

USAGE = 2  # exit status of a user's fault
INTERRUPTED = 130  # exit status after SIGINT, as shells have it


def command(name: str, text: str) -> App:
    """A command that starts with `python -m NAME`."""
    return App(name=f"python -m {name}", help=text, help_format="plaintext", version_flags=())


def with_config(app: App) -> None:
    """Let the command read a TOML file of its own flags, given by `--config`."""

    @app.meta.default
    def launch(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        config: Annotated[Path | None, Parameter(help="TOML file of these settings.")] = None,
    ) -> object:
        if config is not None:
            if not config.is_file():
                raise UserError(
                    f"--config takes a TOML file, but {config} is none. Check the path."
                )
            app.config = (Toml(config),)
        return app(tokens, exit_on_error=False, print_error=False)


def run(app: App) -> NoReturn:
    """Run the command on this process' arguments and exit.

    A user's fault becomes one sentence on stderr and exit status 2; a bug shows its
    traceback.
    """
    try:
        app(exit_on_error=False, print_error=False)
    except (CycloptsError, UserError, BudgetError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has left; nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def fail(message: str) -> NoReturn:
    """Say what is wrong on stderr and exit with status 2."""
    print(f"isoparam: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(USAGE)
