"""Files as streams, packed ones too, with a limit to what comes out of them."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from study.errors import UserError

LARGEST = 4 * 2**30  # bytes that are read of one file
_RATIO = 200  # of what comes out to the packed size; texts have 3 to 10
_UNSUSPICIOUS = 64 * 2**20  # bytes that may come out of however small a file


# Of reading and unpacking; the last is what zipfile says to a method it does not know.
_FAULTS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, unpacked where its suffix says that they are packed.

    Raises:
        UserError: It cannot be read or unpacked, or swells beyond 4 GiB or 200 times its
            packed size; also while the stream is being read.
    """
    try:
        with _opened(path) as stream:
            yield io.BufferedReader(_Bounded(stream, path, _limit(path)), 2**16)
    except _FAULTS as error:
        raise UserError(
            f"{path} cannot be read ({error}). "
            "Check that it is whole, that you may read it, and that it is packed as its name says."
        ) from error


def is_packed(path: Path) -> bool:
    """Whether the last suffix is that of a packed file."""
    return path.suffix.lower() in _OPENERS


def _limit(path: Path) -> int:
    if not is_packed(path):
        return LARGEST
    return min(LARGEST, max(_UNSUSPICIOUS, _RATIO * path.stat().st_size))


def _opened(path: Path) -> AbstractContextManager[_Readable]:
    if not is_packed(path):
        return path.open("rb")
    return _OPENERS[path.suffix.lower()](path)


def _zstandard(path: Path) -> AbstractContextManager[_Readable]:
    import pyarrow as pa

    stream: AbstractContextManager[_Readable] = pa.input_stream(str(path), compression="zstd")
    return stream


@contextmanager
def _zip(path: Path) -> Iterator[_Readable]:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            raise UserError(
                f"{path} holds {len(members)} files, but one table is expected. "
                "Unpack it and give the table."
            )
        if members[0].flag_bits & 1:
            raise UserError(f"{path} is encrypted. Unpack it and give the table.")
        with archive.open(members[0]) as stream:
            yield stream


_OPENERS: dict[str, Callable[[Path], AbstractContextManager[_Readable]]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": _zstandard,
    ".zip": _zip,
}
PACKINGS = tuple(_OPENERS)


class _Bounded(io.RawIOBase):
    """A stream that raises when more comes out of it than the limit."""

    def __init__(self, stream: _Readable, path: Path, limit: int) -> None:
        super().__init__()
        self._stream = stream
        self._path = path
        self._limit = limit
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._stream.read(len(buffer))
        self._seen += len(chunk)
        if self._seen > self._limit:
            raise UserError(
                f"More than {self._limit:,} bytes come out of {self._path}, which is no likely "
                "size for its texts. Check it; if it is right, unpack it or take a part of it."
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)
