"""Keras' copy of the film reviews in miniature, as if it had been downloaded."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from study.datasets.sources.built_in.download import Download

RANKS = {word: rank for rank, word in enumerate(("the", "film", "it's", "bad", "good", "é"), 1)}
LABELS = np.array([0, 1] * 30)
_random = np.random.default_rng(0)
_REVIEWS = np.empty(60, dtype=object)
_REVIEWS[:] = [_random.integers(1, 7, size).tolist() for size in _random.integers(1, 30, 60)]


def of(url: str, content: bytes) -> Download:
    return Download(url, "sha256", hashlib.sha256(content).hexdigest())


def few_reviews(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Files like Keras' own in a folder, and their hashes in place of the real ones."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(
        folder / "imdb.npz",
        x_train=_REVIEWS[:40],
        y_train=LABELS[:40],
        x_test=_REVIEWS[40:],
        y_test=LABELS[40:],
    )
    (folder / "imdb_word_index.json").write_text(json.dumps(RANKS))
    for name, file in (("texts", "imdb.npz"), ("words", "imdb_word_index.json")):
        known = of(f"http://127.0.0.1:9/{file}", (folder / file).read_bytes())
        patch.setattr(f"study.datasets.sources.built_in.imdb.Imdb.{name}", known)
