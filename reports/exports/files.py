"""Files of a report, written beside the study."""

from collections.abc import Mapping
from pathlib import Path

from study.errors import UserError
from study.machine.files import write_atomically


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write contents by their file's name, in their order; each appears whole or not at all.

    Raises:
        UserError: The folder cannot be written.
    """
    try:
        for name, content in contents.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with write_atomically(folder / name) as path:
                path.write_bytes(_bytes(content))
    except OSError as error:
        raise UserError(
            f"The report is written to {folder}, but that failed ({error.strerror}). "
            "Make room, or make the folder writable."
        ) from error


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode(errors="backslashreplace")
