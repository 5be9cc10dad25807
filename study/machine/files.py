"""Files and folders that appear whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def write_atomically(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; put it in `path`'s place when the block ends.

    The temporary file has the same suffix, for writers that look at it. On success it is
    flushed to the disk and renamed, so that a reader sees the old file or the new one. When
    the block raises, or has left no file, the temporary file is removed and `path` stays as
    it was.

    Raises:
        OSError: The folder cannot be written, the disk is full, or the block left no file.
    """
    temporary = _beside(path)
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush(path.parent)


@contextmanager
def create_folder_atomically(path: Path) -> Iterator[Path]:
    """Yield a new folder beside `path` to fill; give it the name `path` when the block ends.

    When the block raises, the temporary folder is removed with all that is in it.

    Raises:
        OSError: The parent folder cannot be written, or `path` is there and not empty.
    """
    temporary = _beside(path)
    temporary.mkdir()
    try:
        yield temporary
        for folder, _, names in os.walk(temporary):
            for name in names:
                _flush(Path(folder, name))
            _flush(Path(folder))
        temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    _flush(path.parent)


def _beside(path: Path) -> Path:
    """A hidden name nobody else uses, on the same file system as `path`."""
    return path.with_name(f".{path.stem[:100]}-{secrets.token_hex(8)}{path.suffix}")


def _flush(path: Path) -> None:
    """Wait until the file's bytes, or the folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
