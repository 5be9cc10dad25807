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
_CHUNK = 2**20  # bytes


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
    """The file's bytes, unpacked into memory where its suffix says that they are packed.

    Raises:
        UserError: It cannot be read or unpacked, is larger than 4 GiB, or swells beyond that
            or 200 times its packed size.
    """
    with as_packed(path):
        if not is_packed(path):
            check_size(path, path.stat().st_size, LARGEST)
            with path.open("rb") as file:
                yield file
            return
        limit = likely_size(path)
        content = io.BytesIO()
        with _OPENERS[path.suffix.lower()](path) as stream:
            while chunk := stream.read(_CHUNK):
                content.write(chunk)
                check_size(path, content.tell(), limit)
    content.seek(0)
    yield content


@contextmanager
def as_packed(path: Path) -> Iterator[None]:
    """Turn what is said of a file that cannot be unpacked into a sentence.

    Raises:
        UserError: The block could not read or unpack it.
    """
    try:
        yield
    except _FAULTS as error:
        raise UserError(
            f"{path} cannot be read ({error}). "
            "Check that it is whole, that you may read it, and that it is packed as its name says."
        ) from error


def likely_size(path: Path) -> int:
    """Bytes that may come out of a packed file.

    Raises:
        OSError: It cannot be read.
    """
    return min(LARGEST, max(_UNSUSPICIOUS, _RATIO * path.stat().st_size))


def is_packed(path: Path) -> bool:
    """Whether the last suffix is that of a packed file."""
    return path.suffix.lower() in _OPENERS


def check_size(path: Path, size: int, limit: int) -> None:
    """Refuse what is larger than is likely.

    Raises:
        UserError: It is.
    """
    if size > limit:
        raise UserError(
            f"More than {limit:,} bytes come out of {path}, which is no likely "
            "size for its content. Check it; if it is right, unpack it or take a part of it."
        )


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
