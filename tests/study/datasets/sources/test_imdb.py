import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.level import Level
from study.datasets.prepare import prepare
from study.datasets.sources.built_in import download as download_module
from study.datasets.sources.built_in.download import Download
from study.datasets.sources.built_in.imdb import Imdb
from study.errors import UserError
from tests.support.downloads import LABELS, RANKS, few_reviews, of


@contextmanager
def serving(answer: bytes, length: int | None = None) -> Iterator[str]:
    """A server on this machine that gives every request this answer, perhaps cut short.

    As the real one it sends no more than the range of bytes that is asked for.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            last = int(self.headers["Range"].removeprefix("bytes=0-"))
            sent = answer[: last + 1]
            self.send_response(206)
            self.send_header("Content-Length", str(len(sent) if length is None else length))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/data.bin"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []


def test_a_download_arrives_and_stays(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    with serving(content) as url:
        path = of(url, content).fetch(tmp_path / "new")
    assert path.read_bytes() == content
    assert names(tmp_path / "new") == ["data.bin"]
    assert of(url, content).fetch(tmp_path / "new") == path  # the server has gone


def test_a_broken_download_destroys_nothing(tmp_path: Path) -> None:
    content = os.urandom(10_000)
    (tmp_path / "data.bin").write_bytes(b"an older one")
    with (
        serving(content[:500], length=len(content)) as url,
        pytest.raises(UserError, match=r"cannot be fetched|is not the file that was expected"),
    ):
        of(url, content).fetch(tmp_path)
    assert (tmp_path / "data.bin").read_bytes() == b"an older one"
    assert names(tmp_path) == ["data.bin"]


def test_what_was_not_expected_is_refused_and_removed(tmp_path: Path) -> None:
    with (
        serving(b"changed") as url,
        pytest.raises(UserError, match=r"sha256 differs.*--dataset PATH"),
    ):
        of(url, b"right").fetch(tmp_path)
    assert names(tmp_path) == []


def _fetch(download: Download, folder: Path) -> bytes:
    return download.fetch(folder).read_bytes()


def test_two_processes_may_fetch_at_once(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    with serving(content) as url, ProcessPoolExecutor(2, get_context("spawn")) as pool:
        asked = [pool.submit(_fetch, of(url, content), tmp_path) for _ in range(4)]
        assert all(answer.result() == content for answer in asked)
    assert names(tmp_path) == ["data.bin"]


def test_a_folder_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "downloads").touch()
    with pytest.raises(UserError, match=r"cannot be written: Not a directory.*ISOPARAM_CACHE"):
        prepare(DatasetSpec("imdb"), tmp_path)


def test_an_endless_download_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "_LARGEST", 1000)
    content = bytes(100_000)
    with serving(content) as url, pytest.raises(UserError, match="differs"):
        of(url, content).fetch(tmp_path)


def test_no_network_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        url = f"http://127.0.0.1:{server.server_port}/data.bin"
        monkeypatch.setattr(download_module, "_SECONDS", 0.05)
        with pytest.raises(UserError, match=r"cannot be fetched .*timed out.*--dataset PATH"):
            of(url, b"").fetch(tmp_path)  # nobody answers
    with pytest.raises(UserError, match=r"cannot be fetched .*refused.*--dataset PATH"):
        of(url, b"").fetch(tmp_path)  # nobody listens


def test_the_command_names_the_other_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "study.datasets.sources.built_in.imdb.Imdb.words", of("http://127.0.0.1:9/words.json", b"")
    )
    with pytest.raises(UserError, match="--dataset PATH"):
        prepare(DatasetSpec("imdb"), tmp_path)
    assert not list(tmp_path.glob("imdb-*"))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files like Keras' own, with its URLs and hashes put in place of the real ones."""
    folder = tmp_path / "cache" / "downloads"
    few_reviews(folder, monkeypatch)
    return folder


def rows(tokens: Any, labels: Any) -> list[tuple[list[int], int]]:
    return sorted((list(row), int(label)) for row, label in zip(tokens, labels, strict=True))


def test_reviews_become_the_integers_that_keras_gives_them(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keras.datasets import imdb
    from keras.utils import pad_sequences

    dataset: Dataset = prepare(DatasetSpec("imdb", vocabulary=8, sequence_length=12), files.parent)
    monkeypatch.setattr("keras.src.datasets.imdb.get_file", lambda **_: files / "imdb.npz")
    train, test = imdb.load_data(num_words=8)
    assert dict(dataset.sizes) == {"train": 32, "validation": 8, "test": 20}
    assert (dataset.name, dataset.labels, dataset.vocabulary) == ("imdb", ("0", "1"), 8)
    parts = dataset.training()
    ours = np.concatenate([part.inputs for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    assert rows(ours, labels) == rows(pad_sequences(train[0], 12), train[1])
    assert rows(*dataset.test()) == rows(pad_sequences(test[0], 12), test[1])
    assert dataset.encode(["The film; IT'S bad"])[0, -5:].tolist() == [1, 4, 5, 6, 7]


def test_characters_of_the_reviews(files: Path) -> None:
    dataset = prepare(DatasetSpec("imdb", level=Level.CHARACTER), files.parent)
    assert dataset.vocabulary == 4 + len(set("".join(RANKS) + " "))


def test_a_file_with_another_hash_is_not_unpickled(files: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(files / "harm"),)

    harmful = np.array([Harm()], dtype=object)
    np.savez(files / "imdb.npz", x_train=harmful, y_train=LABELS[:1])
    with pytest.raises(UserError, match="cannot be fetched"):
        Imdb(files).read()
    assert not (files / "harm").exists()
