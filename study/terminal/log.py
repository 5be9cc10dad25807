"""What a study did and when, for reading afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Log:
    """A file of lines with local times, which several processes may append to."""

    path: Path

    def write(self, *lines: str) -> None:
        """Append the lines that are not blank; where the disk is full, nothing."""
        now = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S%z}"
        text = "".join(f"{now} {line}\n" for line in lines if line.strip())
        with suppress(OSError), self.path.open("ab") as file:
            file.write(text.encode())

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Note what ends the block before its time, and let it."""
        try:
            yield
        except BaseException as error:
            text = str(error).strip().splitlines() or [""]
            self.write(f"Ended by {type(error).__name__}: {text[-1]}")
            raise
