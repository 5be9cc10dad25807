from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from study.datasets.dataset import DatasetSpec
from study.datasets.metric import Metric
from study.datasets.prepare import prepare
from study.datasets.sources import folder as folder_module
from study.datasets.sources.folder import Folder
from study.datasets.warnings import warnings
from study.errors import UserError


def write(root: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def labelled(parent: str, count: int) -> dict[str, str]:
    return {
        f"{parent}{label}/{number}_7.txt": f"{word} film {number}"
        for label, word in (("neg", "bad"), ("pos", "good"))
        for number in range(count)
    }


def test_the_layout_of_the_large_movie_review_dataset(tmp_path: Path) -> None:
    root = write(tmp_path / "aclImdb", labelled("train/", 10) | labelled("test/", 5))
    write(root, {"train/unsup/0_0.txt": "unsure", "README": "", "train/urls_pos.txt": "http"})
    dataset = prepare(DatasetSpec(str(root)), tmp_path / "cache")
    assert dataset.facts.origin == ("aclImdb", 30, "files", ("train/unsup",))
    assert "train/unsup in aclImdb: left out" in warnings(dataset.facts, Metric.ACCURACY, 1)[0]
    assert (dataset.name, dataset.labels) == ("aclImdb", ("neg", "pos"))
    assert dict(dataset.sizes) == {"train": 16, "validation": 4, "test": 10}
    test = dataset.test()
    assert test.labels.tolist() == [0] * 5 + [1] * 5
    expected = dataset.encode([f"{word} film {n}" for word in ("bad", "good") for n in range(5)])
    assert np.array_equal(test.inputs, expected)


def test_folders_beside_the_splits_are_named(tmp_path: Path) -> None:
    root = write(tmp_path / "films", labelled("train/", 5) | labelled("test/", 5))
    first = prepare(DatasetSpec(str(root)), tmp_path / "cache")
    write(root, labelled("more/", 5) | {"images/a/1.png": "", ".git/a.txt": "x"})
    again = prepare(DatasetSpec(str(root)), tmp_path / "cache")
    assert (first.facts.origin.left_out, again.facts.origin.left_out) == ((), ("more",))
    assert "more in films: left out" in warnings(again.facts, Metric.ACCURACY, 1)[0]
    assert again.fingerprint == first.fingerprint


def test_classes_without_splits(tmp_path: Path) -> None:
    root = write(tmp_path / "films", labelled("", 10) | {".git/a.txt": "x"})
    dataset = prepare(DatasetSpec(str(root)), tmp_path / "cache")
    assert dict(dataset.sizes) == {"train": 13, "validation": 3, "test": 4}


def test_content_and_names_make_the_entry(tmp_path: Path) -> None:
    root = write(tmp_path / "films", labelled("", 5))
    cache = tmp_path / "cache"
    first = prepare(DatasetSpec(str(root)), cache)
    assert prepare(DatasetSpec(str(root)), cache).folder == first.folder
    write(root, {"neg/0_7.txt": "worse film 0"})
    changed = prepare(DatasetSpec(str(root)), cache)
    assert changed.folder != first.folder
    assert changed.fingerprint != first.fingerprint


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"README": "x"}, "has no texts. Expected is <label>/"),
        ({"test/neg/1.txt": "x", "test/pos/1.txt": "x"}, "no training examples, only test"),
        ({"pos/1.txt": "x"}, "has the label 'pos'"),
        ({"pos/1.txt": "x", "images/1.png": "x"}, r"images has no \.txt files"),
        (labelled("train/", 3) | {"test/ugly/1.txt": "x"}, "'ugly' is in .* outside training"),
    ],
)
def test_faulty_folders_are_refused(tmp_path: Path, texts: dict[str, str], expected: str) -> None:
    root = write(tmp_path / "films", texts)
    with pytest.raises(UserError, match=expected) as caught:
        prepare(DatasetSpec(str(root)), tmp_path / "cache")
    assert str(root) in str(caught.value)


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    root = write(tmp_path / "films", labelled("", 3))
    (root / "pos" / "9.txt").write_bytes("naïve".encode("latin-1"))
    with pytest.raises(UserError, match=r"9\.txt is not UTF-8 text"):
        prepare(DatasetSpec(str(root)), tmp_path / "cache")


def test_a_text_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    root = write(tmp_path / "films", labelled("", 3))
    (root / "pos" / "9.txt").mkdir()
    with pytest.raises(UserError, match=r"9\.txt cannot be read: Is a directory"):
        prepare(DatasetSpec(str(root)), tmp_path / "cache")


def test_a_folder_that_has_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="gone cannot be read: No such file"):
        Folder(tmp_path / "gone").identity()


def test_too_much_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "LARGEST", 10)
    root = write(tmp_path / "films", labelled("", 3))
    with pytest.raises(UserError, match="larger than 10 bytes"):
        prepare(DatasetSpec(str(root)), tmp_path / "cache")
