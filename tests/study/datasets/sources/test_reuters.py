import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from study.datasets.dataset import DatasetSpec
from study.datasets.prepare import prepare
from study.datasets.sources.built_in.download import Download
from study.datasets.sources.built_in.reuters import TOPICS

RANKS = {word: rank for rank, word in enumerate(("the", "of", "oil", "said", "bank", "é"), 1)}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files like Keras' own, with its URLs and hashes put in place of the real ones."""
    folder = tmp_path / "cache" / "downloads"
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    wires = np.empty(60, dtype=object)
    wires[:] = [random.integers(1, 7, size).tolist() for size in random.integers(1, 30, 60)]
    np.savez(folder / "reuters.npz", x=wires, y=np.array([3, 16] * 30))
    (folder / "reuters_word_index.json").write_text(json.dumps(RANKS))
    for name, file in (("texts", "reuters.npz"), ("words", "reuters_word_index.json")):
        content = (folder / file).read_bytes()
        known = Download(
            f"http://127.0.0.1:9/{file}", "sha256", hashlib.sha256(content).hexdigest()
        )
        monkeypatch.setattr(f"study.datasets.sources.built_in.reuters.Reuters.{name}", known)
    return folder


def rows(tokens: Any, labels: Any) -> list[tuple[list[int], str]]:
    return sorted((list(row), str(label)) for row, label in zip(tokens, labels, strict=True))


def test_newswires_become_the_integers_that_keras_gives_them(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keras.datasets import reuters
    from keras.utils import pad_sequences

    assert reuters.get_label_names() == TOPICS
    dataset = prepare(DatasetSpec("reuters", vocabulary=8, sequence_length=12), files.parent)
    monkeypatch.setattr("keras.src.datasets.reuters.get_file", lambda **_: files / "reuters.npz")
    train, test = reuters.load_data(num_words=8)
    assert (dataset.name, dataset.labels) == ("reuters", ("crude", "earn"))
    for theirs, ours in ((train, dataset.training()), (test, (dataset.test(),))):
        inputs = np.concatenate([part.inputs for part in ours])
        labels = [dataset.labels[label] for part in ours for label in part.labels]
        expected = [TOPICS[label] for label in theirs[1]]
        assert rows(inputs, labels) == rows(pad_sequences(theirs[0], 12), expected)
