"""Keeping a password out of the process list."""

import os
import re
import sys
from urllib.parse import unquote, unquote_plus

from study.storage.opening import SERVERS

# Where the servers' own programs look for a password.
VARIABLES = {scheme: server.password for scheme, server in SERVERS.items()}
_BEGINNING = rf"(?:--storage=)?(?P<scheme>{'|'.join(VARIABLES)})(?:\+\w+)?://"
_URL = re.compile(rf"(?P<before>{_BEGINNING}[^:/@?]*):(?P<password>[^@]*)@")
_QUERY = re.compile(rf"(?P<before>{_BEGINNING}[^?]*\?(?:[^&]*&)*?)password=(?P<password>[^&]*)&?")


def hide_password() -> None:
    """Start this process again without the password of a --storage URL among its arguments.

    Everybody on a machine can read the arguments of its processes; the environment, where
    the password is looked for too, only their owner.
    """
    words = []
    found: dict[str, str] = {}
    for word in sys.orig_argv:
        shown, secret = _without_password(word)
        words.append(shown)
        found |= secret
    if found:
        os.environ |= found
        os.execv(sys.executable, words)


def _without_password(word: str) -> tuple[str, dict[str, str]]:
    """The word without its password, and the environment that holds it instead."""
    if match := _URL.match(word):
        password = unquote(match["password"])
        return _URL.sub(r"\g<before>@", word), {VARIABLES[match["scheme"]]: password}
    if match := _QUERY.match(word):
        password = unquote_plus(match["password"])
        shown = _QUERY.sub(r"\g<before>", word).rstrip("?&")
        return shown, {VARIABLES[match["scheme"]]: password}
    return word, {}
