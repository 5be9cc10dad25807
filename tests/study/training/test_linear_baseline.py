"""The linear baseline: what it reads, what it finds, and what it leaves alone."""

import base64
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from study.datasets.dataset import DatasetSpec
from study.datasets.prepare import prepare
from study.training.linear_baseline import LinearBaselineJob
from study.training.linear_features import NGrams, Summaries

TEXTS = ["good film", "bad film", "a good one", "a bad one", "good", "bad", "so good", "so bad"]


def test_features_are_the_n_grams_that_two_training_texts_have() -> None:
    """Beside a count by hand: 1 starts a text, 3 ends it."""
    training = np.array([[0, 1, 5, 6], [1, 5, 6, 5], [0, 0, 1, 7]], np.int32)
    features = NGrams(2, 8)
    read = features.fit(training)
    texts = [[1, 5, 6, 3], [1, 5, 6, 5, 3], [1, 7, 3]]
    grams = [{*pairwise(text), *((token,) for token in text)} for text in texts]
    shared = [gram for gram, count in Counter(g for each in grams for g in each).items()
              if count > 1]  # fmt: skip
    assert read.shape == (3, len(shared))
    for row, each in zip(read.toarray(), grams, strict=True):
        assert np.count_nonzero(row) == len(each & {*shared})
        assert np.linalg.norm(row) == pytest.approx(1)
    assert features.transform(training).toarray() == pytest.approx(read.toarray())
    assert features.transform(np.array([[0, 0, 0, 6]], np.int32)).nnz == 2  # 6 and the end


def test_it_learns_what_single_words_tell_and_scores_the_test_split(tmp_path: Path) -> None:
    table = tmp_path / "reviews.csv"
    rows = [f"{text} {n % 7},{'good' in text}" for n, text in enumerate(TEXTS * 20)]
    table.write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    dataset = prepare(DatasetSpec(source=str(table), sequence_length=5), tmp_path / "cache")
    score = LinearBaselineJob(dataset=dataset).run(lambda *_: True)
    assert score.accuracy == 1.0
    assert score.converged
    assert score.examples == dataset.sizes["train"] + dataset.sizes["validation"]
    bits = np.frombuffer(base64.b64decode(score.correct), np.uint8)
    assert np.unpackbits(bits).sum() == dataset.sizes["test"]
    assert "words and pairs" in score.description


def test_numbers_are_summed_up_without_their_padding() -> None:
    """Beside each series by itself."""
    random = np.random.default_rng(0)
    series = [random.normal(size=(steps, 2)).astype(np.float32) for steps in (1, 3, 5, 5)]
    padded = np.zeros((4, 5, 2), np.float32)
    for place, one in zip(padded, series, strict=True):
        place[5 - len(one) :] = one
    read = Summaries().fit(padded)
    assert read.shape == (4, 7 * 2 + 1)
    means = np.array([one.mean(axis=0) for one in series])
    assert read[:, :2] == pytest.approx((means - means.mean(axis=0)) / means.std(axis=0), abs=1e-5)
    assert read[0, -1] < read[1, -1] < read[2, -1] == read[3, -1]
    assert np.isfinite(Summaries().fit(np.zeros((3, 5, 2), np.float32))).all()
