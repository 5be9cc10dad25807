"""Keeping a password out of the process list."""

import os
import re
import sys
from urllib.parse import unquote

_URL = re.compile(r"(?P<before>(?:--storage=)?postgresql(?:\+\w+)?://[^:/@]*):(?P<password>[^@]*)@")


def hide_password() -> None:
    """Start this process again without the password of a --storage URL among its arguments.

    Everybody on a machine can read the arguments of its processes; the environment, where
    the PostgreSQL client looks for the password too, only their owner.
    """
    arguments = sys.orig_argv
    found = [match for word in arguments if (match := _URL.match(word))]
    if found:
        os.environ["PGPASSWORD"] = unquote(found[0]["password"])
        os.execv(sys.executable, [_URL.sub(r"\g<before>@", word) for word in arguments])
