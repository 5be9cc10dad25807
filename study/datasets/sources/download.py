"""Files from the network, whole and as expected or not at all."""

import hashlib
import http.client
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from study.errors import UserError
from study.machine.files import write_atomically

_SECONDS = 30.0  # without an answer
_LARGEST = 2**28  # bytes
_CHUNK = 2**20  # bytes


@dataclass(frozen=True)
class Download:
    """A file on the network, whose content is known by its hash."""

    url: str
    algorithm: str  # a name that hashlib knows
    digest: str  # hexadecimal

    def fetch(self, folder: Path) -> Path:
        """The file in `folder`, fetched unless it is there and as expected.

        Raises:
            UserError: It cannot be fetched, or what came is not what was expected.
            OSError: The folder cannot be written.
        """
        path = folder / self.url.rpartition("/")[2]
        if path.is_file() and self._digest(path) == self.digest:
            return path
        folder.mkdir(parents=True, exist_ok=True)
        with write_atomically(path) as temporary:
            self._write(temporary)
            if self._digest(temporary) != self.digest:
                raise UserError(
                    f"What came from {self.url} is not the file that was expected (its "
                    f"{self.algorithm} differs): broken off on the way, or changed there. "
                    "Try again, or give your own texts with --dataset PATH."
                )
        return path

    def _write(self, path: Path) -> None:
        with path.open("wb") as file:
            try:
                with urllib.request.urlopen(self.url, timeout=_SECONDS) as response:
                    while file.tell() < _LARGEST and (chunk := response.read(_CHUNK)):
                        file.write(chunk)
            except (OSError, http.client.HTTPException) as error:
                raise UserError(
                    f"{self.url} cannot be fetched ({error}). Connect to the network, or give "
                    "your own texts with --dataset PATH."
                ) from error

    def _digest(self, path: Path) -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, self.algorithm).hexdigest()
