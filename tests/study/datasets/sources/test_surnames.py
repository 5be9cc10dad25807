import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.level import Level
from study.datasets.prepare import prepare
from study.datasets.sources.built_in.surnames import LANGUAGES, Surnames
from study.datasets.sources.corpus import Corpus


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Surnames().read()


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return prepare(DatasetSpec("surnames"), tmp_path_factory.mktemp("cache"))


def test_every_name_has_one_language(corpus: Corpus) -> None:
    assert len(set(corpus.texts)) == len(corpus.texts)
    assert list(corpus.texts) == sorted(corpus.texts)
    assert corpus.names == tuple(sorted(LANGUAGES))
    language = {
        name: corpus.names[label] for name, label in zip(corpus.texts, corpus.labels, strict=True)
    }
    assert language["Hughes"] == "English"
    assert "Martin" not in language  # English and French, among others


def test_names_are_latin_and_composed(corpus: Corpus) -> None:
    for name in corpus.texts:
        assert name == unicodedata.normalize("NFC", name).strip()
        assert all("LATIN" in unicodedata.name(letter) for letter in name if letter.isalpha())


def test_no_language_dominates(corpus: Corpus) -> None:
    counts = Counter(corpus.labels.tolist())
    assert len(counts) == 13
    assert len(corpus.texts) == pytest.approx(12_800, rel=0.02)
    assert min(counts.values()) > 300
    assert max(counts.values()) < 0.2 * len(corpus.texts)


def test_prepared_arrays(dataset: Dataset, corpus: Corpus) -> None:
    assert (dataset.name, dataset.level) == ("surnames", Level.CHARACTER)
    assert (dataset.sequence_length, dataset.embedding) == (20, 16)
    size = len(corpus.texts)
    assert dataset.sizes["test"] == round(0.2 * size)
    assert dataset.sizes["validation"] == round(0.2 * (size - dataset.sizes["test"]))
    assert sum(dataset.sizes.values()) == size
    for split in (*dataset.training(), dataset.test()):
        assert split.inputs.min() == 0
        assert split.inputs.max() < dataset.vocabulary
        share = np.bincount(split.labels, minlength=13) / len(split.labels)
        whole = np.bincount(corpus.labels, minlength=13) / size
        assert share == pytest.approx(whole, abs=1.1 / len(split.labels))


def test_names_are_encoded_as_in_training(dataset: Dataset, corpus: Corpus) -> None:
    labelled = {
        (row.tobytes(), int(label))
        for split in (*dataset.training(), dataset.test())
        for row, label in zip(split.inputs, split.labels, strict=True)
    }
    encoded = dataset.encode(corpus.texts)
    unknown = (encoded == 2).any(axis=1)  # letters of the test split only
    assert unknown.sum() < 10
    for row, label in zip(encoded, corpus.labels, strict=True):
        assert (row.tobytes(), int(label)) in labelled


def test_it_is_the_same_wherever_it_is_made(dataset: Dataset, tmp_path: Path) -> None:
    again = prepare(DatasetSpec("surnames"), tmp_path)
    assert again.fingerprint == dataset.fingerprint
    other = prepare(DatasetSpec("surnames", seed=1), tmp_path)
    assert other.fingerprint != dataset.fingerprint
    assert other.sizes == dataset.sizes
