import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from study.datasets.level import Level
from study.datasets.standardisation import Standardisation
from study.errors import UserError
from tests.support.series import labels, made_up, prepared, save_npz


def test_arrays_are_standardised_by_training(tmp_path: Path) -> None:
    split = np.array(["train"] * 6 + ["test"] * 4 + ["train"] * 6 + ["test"] * 4)
    values = made_up()
    values[:, :, 1] = 7.1  # constant
    values[7, 2, 1] = 8  # but in test
    dataset = prepared(save_npz(tmp_path / "a.npz", x=values, split=split))
    train, validation = dataset.training()
    learnt = np.concatenate([train.inputs, validation.inputs])
    assert learnt.dtype == np.float32
    assert learnt.shape == (12, 5, 2)
    np.testing.assert_allclose(learnt[..., 0].mean(), 0, atol=1e-6)
    np.testing.assert_allclose(learnt[..., 0].std(), 1, atol=1e-6)
    assert not learnt[..., 1].any()
    assert not dataset.test().inputs[..., 1].any()
    pool = values[split == "train"][..., 0]
    expected = (values[split == "test"][..., 0] - pool.mean()) / pool.std()
    np.testing.assert_allclose(dataset.test().inputs[..., 0], expected, rtol=1e-5)
    assert dataset.facts.given == ("train", "test")
    assert [feature.varies for feature in dataset.facts.features] == [True, False]
    assert dataset.facts.features[1][1:3] == (7.1, 8)


def test_two_dimensions_are_one_feature(tmp_path: Path) -> None:
    flat = prepared(save_npz(tmp_path / "flat.npz", x=made_up()[..., 0]))
    deep = prepared(save_npz(tmp_path / "deep.npz", x=made_up()[..., :1], y=labels().astype("S")))
    assert flat.features == 1
    assert flat.fingerprint == deep.fingerprint


def test_the_last_steps_are_read_and_what_is_cut_is_said(tmp_path: Path) -> None:
    path = save_npz(tmp_path / "a.npz")
    short, whole = prepared(path, sequence_length=2), prepared(path, sequence_length=9)
    np.testing.assert_array_equal(short.test().inputs, whole.test().inputs[:, -2:])
    assert (short.facts.cut, whole.facts.cut, whole.sequence_length) == (1, 0, 5)


def test_an_encoding_comes_back_as_it_was_written(tmp_path: Path) -> None:
    standardisation = prepared(save_npz(tmp_path / "a.npz")).standardisation
    assert Standardisation.from_json(standardisation.to_json()) == standardisation
    with pytest.raises(ValueError, match="no description"):
        Standardisation.from_json("[]")


def test_shorter_series_are_padded_on_the_left_with_the_mean() -> None:
    standardisation = Standardisation(3, ("a", "b"), (1.0,), (2.0,))
    encoded = standardisation.encode([np.array([[3.0]]), np.arange(5.0)[:, None]])
    assert encoded[..., 0].tolist() == [[0, 0, 1], [0.5, 1, 1.5]]


def missing(place: tuple[int, int, int], value: float) -> Any:
    values = made_up()
    values[place] = value
    return values


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({"x": missing((3, 1, 0), np.nan)}, "1 of its values .* example 4, step 2, feature 1"),
        ({"x": missing((0, 0, 1), np.inf)}, "example 1, step 1, feature 2"),
        ({"x": made_up().astype(object)}, "pickled objects, which run code"),
        ({"x": made_up().astype(complex)}, "values of type complex128"),
        ({"x": made_up().astype(str)}, "values of type <U"),
        ({"x": np.zeros((20, 3), "M8[s]")}, "values of type datetime64"),
        ({"x": made_up()[0, 0]}, r"its shape is \(2,\)"),
        ({"x": np.zeros((20, 0, 3))}, r"its shape is \(20, 0, 3\)"),
        ({"x": made_up() * 1e300}, "no standard deviation"),
        ({"y": labels()[:-1]}, r"each of the 20 examples .* its shape is \(19,\)"),
        ({"y": np.eye(20)}, r"its shape is \(20, 20\). If it is one-hot, give y.argmax\(1\)"),
        ({"y": labels()[:, None]}, r"Give y\[:, 0\]"),
        ({"y": labels().astype(object)}, "pickled objects"),
        ({"y": np.arange(20) / 2}, "numbers such as 0.5"),
        ({"y": np.full(20, np.nan)}, "numbers such as nan"),
        ({"y": np.repeat(["", "a"], 10)}, "no label in y for example 1"),
        ({"y": np.repeat([b"\xff", b"a"], 10)}, "not UTF-8"),
        ({"y": np.zeros(20, int)}, "Every series in .* has the label '0'"),
        ({"split": np.repeat(["train", "later"], 10)}, "'later' in split"),
        ({"split": np.repeat([1, 0], 10)}, "'0' in split"),
    ],
)
def test_faulty_arrays_are_refused(tmp_path: Path, arrays: dict[str, Any], expected: str) -> None:
    with pytest.raises(UserError, match=expected):
        prepared(save_npz(tmp_path / "a.npz", **arrays))


def renamed(path: Path) -> None:
    np.savez(path, data=made_up(), target=labels())


def without_labels(path: Path) -> None:
    np.savez(path, x=made_up())


def a_bomb(path: Path) -> None:
    np.savez_compressed(path, x=np.zeros((20, 2**18, 4), np.float32), y=labels())


def no_memory_for_the_header(path: Path) -> None:
    """A few bytes that claim to be an array of 8 TB."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000, 1000)}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
        archive.writestr("y.npy", b"")


def a_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"x": 1}))


def no_array(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", pickle.dumps([1, 2]))
        archive.writestr("y.npy", b"")


def half(path: Path) -> None:
    os.truncate(save_npz(path), 500)


def rotten(path: Path) -> None:
    content = bytearray(save_npz(path).read_bytes())
    content[500] ^= 255
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (renamed, r"the arrays x \(examples, steps, features\) .* lacks x and y; it has data, tar"),
        (without_labels, "lacks y; it has x"),
        (a_bomb, "bytes come out of"),
        (no_memory_for_the_header, r"'x' ends before its \(1000000, 1000, 1000\) values"),
        (a_pickle, "File is not a zip file"),
        (no_array, "'x' is no array of NumPy"),
        (half, "File is not a zip file"),
        (rotten, "Bad CRC"),
    ],
)
def test_faulty_archives_are_refused(
    tmp_path: Path, make: Callable[[Path], None], expected: str
) -> None:
    make(tmp_path / "a.npz")
    with pytest.raises(UserError, match=expected):
        prepared(tmp_path / "a.npz")


@pytest.mark.parametrize("settings", [{"level": Level.WORD}, {"vocabulary": 9}], ids=str)
def test_settings_of_texts_are_refused(tmp_path: Path, settings: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=f"--{next(iter(settings))} is of texts"):
        prepared(save_npz(tmp_path / "a.npz"), **settings)
