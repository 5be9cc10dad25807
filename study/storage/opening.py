"""Which store a database URL names."""

from pathlib import Path

from study.errors import UserError
from study.storage.sqlite import FileStore
from study.storage.store import Store


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
        return FileStore(Path(parsed.database))
    if backend == "postgresql":
        from study.storage.postgres import PostgresStore

        return PostgresStore(parsed)
    if backend in {"mysql", "mariadb"}:
        from study.storage.mysql import MySQLStore

        return MySQLStore(parsed)
    raise UserError(
        f"--storage takes a SQLite file (sqlite:///study.db) or a PostgreSQL or MySQL server "
        f"(postgresql://HOST/DATABASE), but another kind of URL was given ({backend}). "
        "Leave --storage out to keep the study in its own folder."
    )
