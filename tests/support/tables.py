"""Small tables, packed in every way, and how a table is read."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from study.datasets.sources.table import Table

ROWS = [(f"text {number}, of {label}", label) for number in range(20) for label in ("no", "yes")]
FRAME = pd.DataFrame(ROWS, columns=["text", "label"])
CSV = FRAME.to_csv(index=False)


def read(path: Path) -> list[tuple[str, str]]:
    corpus = Table(path, "text", "label").read()
    return [
        (text, corpus.names[label]) for text, label in zip(corpus.texts, corpus.labels, strict=True)
    ]


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("any.csv", content)
    return packed.getvalue()


def zstandard(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.output_stream(sink, compression="zstd") as stream:
        stream.write(content)
    return bytes(sink.getvalue())


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard,
    ".zip": zipped,
}
