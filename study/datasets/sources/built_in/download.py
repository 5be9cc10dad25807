"""Files from the network, whole and as expected or not at all."""

from dataclasses import dataclass
from pathlib import Path

from study.errors import UserError

_SECONDS = 30.0  # without an answer
_LARGEST = 2**28  # bytes that are asked for, so that no answer fills the disk
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
        import pooch  # late, since it loads HTTP
        from requests import RequestException

        pooch.get_logger().setLevel("WARNING")  # --quiet is quiet
        downloader = pooch.HTTPDownloader(
            chunk_size=_CHUNK, timeout=_SECONDS, headers={"Range": f"bytes=0-{_LARGEST - 1}"}
        )
        name = self.url.rpartition("/")[2]
        try:
            return Path(
                pooch.retrieve(
                    self.url, f"{self.algorithm}:{self.digest}", name, folder, None, downloader
                )
            )
        except RequestException as error:
            raise UserError(
                f"{self.url} cannot be fetched ({error}). Connect to the network, or give "
                "your own texts with --dataset PATH."
            ) from error
        except ValueError as error:  # what pooch says to another hash
            raise UserError(
                f"What came from {self.url} is not the file that was expected (its "
                f"{self.algorithm} differs): broken off on the way, or changed there. "
                "Try again, or give your own texts with --dataset PATH."
            ) from error
