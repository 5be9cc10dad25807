"""Which store a database URL names.

To add a kind of server, give it a module here and an entry in `SERVERS`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from study.errors import UserError
from study.storage.sqlite import FileStore
from study.storage.store import Store

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


@dataclass(frozen=True)
class Server:
    """A kind of database server.

    Attributes:
        open: The store at a URL.
        password: The environment variable in which its own programs look for a password.
    """

    open: Callable[["URL"], Store]
    password: str


# The stores are imported late: `--help` reads this table, too.
def _postgres(url: "URL") -> Store:
    from study.storage.postgres import PostgresStore

    return PostgresStore(url)


def _mysql(url: "URL") -> Store:
    from study.storage.mysql import MySQLStore

    return MySQLStore(url)


SERVERS = {
    "postgresql": Server(_postgres, "PGPASSWORD"),
    "mysql": Server(_mysql, "MYSQL_PWD"),
    "mariadb": Server(_mysql, "MYSQL_PWD"),
}


def open_store(url: str | None, default: Path) -> Store:
    """The store at a database URL, or the SQLite file `default`.

    Raises:
        UserError: The URL cannot be understood, or its database is of a kind that cannot be used.
    """
    if url is None:
        return FileStore(default)
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise UserError(
            "--storage takes a database URL such as sqlite:///study.db, but what was given "
            "is none. Check its form."
        ) from error
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return _file(Path(parsed.database).absolute())
    if backend in SERVERS:
        server = SERVERS[backend]
        if parsed.password is None and server.password in os.environ:
            parsed = parsed.set(password=os.environ[server.password])
        return server.open(parsed)
    raise UserError(
        f"--storage takes a SQLite file (sqlite:///study.db) or a PostgreSQL or MySQL server "
        f"(postgresql://HOST/DATABASE), but another kind of URL was given ({backend}). "
        "Leave --storage out to keep the study in its own folder."
    )


def _file(path: Path) -> FileStore:
    """The store in a file of the user's, whose folder is there: a mistyped one is not made."""
    folder = path.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        state = "cannot be written" if folder.is_dir() else "does not exist"
        raise UserError(
            f"A SQLite file can be made in a folder that is there and writable, but {folder} "
            f"{state}. Make it, or correct --storage; sqlite:///FILE is a path from here, "
            "sqlite:////FILE one from the root."
        )
    return FileStore(path)
