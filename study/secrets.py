"""Keeping a password out of the process list."""

import os
import re
import sys
from urllib.parse import unquote, unquote_plus

_URL = re.compile(
    r"(?P<before>(?:--storage=)?postgresql(?:\+\w+)?://[^:/@?]*):(?P<password>[^@]*)@"
)
_QUERY = re.compile(
    r"(?P<before>(?:--storage=)?postgresql(?:\+\w+)?://[^?]*\?(?:[^&]*&)*?)"
    r"password=(?P<password>[^&]*)&?"
)


def hide_password() -> None:
    """Start this process again without the password of a --storage URL among its arguments.

    Everybody on a machine can read the arguments of its processes; the environment, where
    the PostgreSQL client looks for the password too, only their owner.
    """
    split = [_without_password(word) for word in sys.orig_argv]
    passwords = [password for _, password in split if password is not None]
    if passwords:
        os.environ["PGPASSWORD"] = passwords[0]
        os.execv(sys.executable, [word for word, _ in split])


def _without_password(word: str) -> tuple[str, str | None]:
    """The word without its password, and the password."""
    if match := _URL.match(word):
        return _URL.sub(r"\g<before>@", word), unquote(match["password"])
    if match := _QUERY.match(word):
        return _QUERY.sub(r"\g<before>", word).rstrip("?&"), unquote_plus(match["password"])
    return word, None
