from pathlib import Path

import numpy as np
import pytest

from study.errors import UserError
from tests.support.commands import ROOT
from tests.support.series import labels, made_up, prepared, save_ts

VOWELS = ROOT.parent / "shared/data/JapaneseVowels_TRAIN.ts"

HEADER = """# a comment
@problemName Made Up
@timeStamps false
@univariate	false
@dimensions 2
@equalLength true
@seriesLength 2
@classLabel true low high

@data
"""


def test_series_of_unequal_length_are_padded_on_the_left(tmp_path: Path) -> None:
    values = [series[: 2 + number % 4] for number, series in enumerate(made_up())]
    dataset = prepared(save_ts(tmp_path / "a.ts", values, labels()))
    train, validation = dataset.training()
    learnt = np.concatenate([train.inputs, validation.inputs, dataset.test().inputs])
    assert learnt.shape == (20, 5, 2)
    padded = (~learnt.any(axis=2)).sum(axis=1)
    assert sorted(padded.tolist()) == sorted(3 - number % 4 for number in range(20))
    read = {tuple(series[-1]) for series in learnt.round(4).tolist()}
    pool = np.concatenate(values)
    assert len(read) == 20
    assert dataset.facts.lengths[::2] == (3, 5)
    assert dataset.facts.features[0].least == pool[:, 0].min()


def test_the_test_split_is_found_beside(tmp_path: Path) -> None:
    path = save_ts(tmp_path / "A_TRAIN.ts", made_up(), labels())
    alone = prepared(path)
    save_ts(tmp_path / "A_TEST.ts", made_up(10, seed=1), labels(10))
    dataset = prepared(path)
    assert (alone.name, dataset.name) == ("A_TRAIN", "A")
    assert dict(dataset.sizes) == {"train": 16, "validation": 4, "test": 10}
    assert dataset.facts.given == ("train", "test")
    with pytest.raises(UserError, match=r"is a test split.* Give .*A_TRAIN\.ts"):
        prepared(tmp_path / "A_TEST.ts")
    save_ts(tmp_path / "A_TEST.ts", made_up(10, seed=1)[..., :1], labels(10))
    with pytest.raises(UserError, match=r"2 features a step, but .* has 1"):
        prepared(path)


@pytest.mark.skipif(not VOWELS.exists(), reason="the archive's data set is not beside the project")
def test_a_data_set_of_the_archive(tmp_path: Path) -> None:
    dataset = prepared(VOWELS, cache=tmp_path / "cache")
    assert dict(dataset.sizes) == {"train": 216, "validation": 54, "test": 370}
    assert (dataset.features, dataset.sequence_length, len(dataset.labels)) == (12, 29, 9)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1,2:3:low", "as many steps, but these have 2, 1"),
        ("1,2,3:4,5,6:low", "all series have 2 steps by @equalLength true, but this one has 3"),
        ("1,2:low", "2 features are expected, but it has 1"),
        ("1,?:3,4:low", "line 11: step 2 of feature 1 is missing"),
        ("1,2:NaN,4:low", "step 1 of feature 2 is missing"),
        ("1,:3,4:low", "step 2 of feature 1 is missing"),
        ("1,2:3,x:low", "step 2 of feature 2 should be a number, but it is 'x'"),
        ("1,2:3,inf:low", "should be a number, but it is 'inf'"),
        ("1,2:3,4", "the last entry is a class, but '3,4' is none of @classLabel"),
        ("1,2:3,4:middle", "'middle' is none of @classLabel"),
        ("(0,1),(1,2):(0,1),(1,2):low", "time stamps"),
        ("low", "values and a class are expected"),
    ],
)
def test_a_faulty_series_is_refused(tmp_path: Path, line: str, expected: str) -> None:
    (tmp_path / "a.ts").write_text(f"{HEADER}{line}\n")
    with pytest.raises(UserError, match=expected):
        prepared(tmp_path / "a.ts")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("@timeStamps false", "@timeStamps true"), "line 3: series with time stamps"),
        (("@timeStamps false", "@timeStamps perhaps"), "true or false, but 'perhaps'"),
        (("@dimensions 2", "@dimensions two"), "a positive number, but 'two'"),
        (("@dimensions 2", "@dimension 3"), "3 features are expected"),
        (("@classLabel true low high", "@classLabel false"), "no @classLabel true"),
        (("@classLabel true low high", "@targetlabel true"), "targets are numbers"),
        (("@problemName", "@relation"), "@relation is no entry"),
        (("@data", "1,2:3,4:low"), "a line of the header begins with @"),
        (("# a comment", "x,y"), "Check that this is a .ts file"),
    ],
)
def test_a_faulty_header_is_refused(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    (tmp_path / "a.ts").write_text(f"{HEADER}1,2:3,4:low\n".replace(*change))
    with pytest.raises(UserError, match=expected):
        prepared(tmp_path / "a.ts")


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", "no series"), (b"\xff\xfe", "not UTF-8"), (b"@data", "no series")],
)
def test_what_is_no_ts_file_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "a.ts").write_bytes(content)
    with pytest.raises(UserError, match=expected):
        prepared(tmp_path / "a.ts")
