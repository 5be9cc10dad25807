"""Series of numbers in tables of one row a step, and the same series from every kind of file."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from study.datasets.dataset import Dataset
from study.datasets.series_input import SeriesInput
from study.datasets.sources.numbers.long_table import Columns
from study.errors import UserError
from tests.support.commands import ROOT
from tests.support.series import FEATURES, labels, long_frame, made_up, prepared, save_npz, save_ts

DIGITS = ROOT.parent / "shared/data/mnist-rows.npz"
FLAGS = {"id_column": "id", "step_column": "step"}
ROWS = "id,step,label,height\na,1,low,1\na,2,low,2\nb,1,high,3\nb,2,high,4\n"


def read(path: Path, **settings: Any) -> Dataset:
    return prepared(path, **{**FLAGS, **settings})


def assert_same_arrays(one: Dataset, other: Dataset) -> None:
    for first, second in zip(
        (*one.training(), one.test()), (*other.training(), other.test()), strict=True
    ):
        np.testing.assert_array_equal(first.inputs, second.inputs)
        np.testing.assert_array_equal(first.labels, second.labels)
    assert one.fingerprint == other.fingerprint


def test_every_kind_of_file_gives_the_same_arrays(tmp_path: Path) -> None:
    frame = long_frame(made_up(), labels())
    mixed = frame.sample(frac=1, random_state=0)
    mixed = pd.concat([frame.groupby("id", sort=False).head(1), mixed]).drop_duplicates()
    mixed.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.drop(columns="step").to_csv(tmp_path / "ordered.tsv", sep="\t", index=False)
    arrays = prepared(save_npz(tmp_path / "a.npz"))
    assert_same_arrays(arrays, prepared(save_ts(tmp_path / "a.ts", made_up(), labels())))
    assert_same_arrays(arrays, read(tmp_path / "a.csv"))
    assert_same_arrays(arrays, read(tmp_path / "a.parquet"))
    assert_same_arrays(arrays, read(tmp_path / "ordered.tsv", step_column=None))
    assert [one.name for one in read(tmp_path / "a.csv").facts.features] == list(FEATURES)


@pytest.mark.skipif(not DIGITS.exists(), reason="the digits are not beside the project")
def test_digits_as_a_table_give_the_same_arrays(tmp_path: Path) -> None:
    with np.load(DIGITS) as stored:
        chosen = slice(None, None, 25)
        x, y = stored["x"][chosen], stored["y"][chosen]
    long_frame(x, y).to_csv(tmp_path / "a.csv", index=False)
    arrays = prepared(save_npz(tmp_path / "a.npz", x=x, y=y))
    assert_same_arrays(arrays, read(tmp_path / "a.csv"))


def test_splits_are_taken_from_their_column(tmp_path: Path) -> None:
    frame = long_frame(made_up(), labels())
    frame["split"] = np.where(frame["id"] % 5 == 0, "test", "train")
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert read(tmp_path / "a.csv").sizes["test"] == 4


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("b,1,high,3", "b,1,high,tall"), "line 4: column 'height' should hold numbers.* 'tall'"),
        (("b,1,high,3", 'b,1,high,"3,5"'), "has '3,5'. Write numbers with a decimal point"),
        (("2,low,2\nb,1,high,3", "2,low,\nb,1,high,"), "line 3: .* missing, the first of 2. Fill"),
        (("b,1,high,3", "b,1,high,"), "line 4: the value in column 'height' is missing"),
        (("b,1,high,3", "b,1,high,NaN"), "line 4: the value in column 'height' is missing"),
        (("b,1,high,3", "b,1,high"), "line 4: the value in column 'height' is missing"),
        (("b,1,high,3", "b,1,high,1e999"), "should hold numbers, but it has '1e999'"),
        (("b,1,high,3", "b,first,high,3"), "column 'step' should hold numbers.* such as seconds"),
        (("b,1,high,3", "b,2,high,3"), "step 2 of 'b' twice, in lines 4 and 5"),
        (("b,1,high,3", "b,1,low,3"), "line 5: 'b' has 'low' and 'high' in .* cut a recording"),
        (("b,1,high,3", ",1,high,3"), "line 4: there is no value in column 'id'"),
        (("b,1,high,3", "b,1,high,3,4"), "5 fields instead of 4"),
        (("height", "height,height"), "two columns 'height'"),
        (("id,step", "name,step"), "one column 'id', .* Name them with --id-column"),
        ((",height", ""), "no column of numbers beside 'id', 'step', 'label'"),
        ((ROWS, "id,step,label,x,split\na,1,low,1,no\n"), "'no' in column 'split'"),
        ((ROWS[21:], ""), "has columns but no rows"),
    ],
)
def test_faulty_tables_are_refused(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    (tmp_path / "a.csv").write_text(ROWS.replace(*change))
    with pytest.raises(UserError, match=expected):
        read(tmp_path / "a.csv")


def test_an_identifier_among_the_features_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROWS.replace("id,", "walk id,"))
    with pytest.raises(UserError, match="name it: --id-column 'walk id'"):
        read(tmp_path / "a.csv", id_column="height")
    with pytest.raises(UserError, match="name the column that tells the series apart: --id-column"):
        read(tmp_path / "a.csv", id_column=None, step_column=None)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"text_column": "height"}, "--text-column is of texts"),
        ({"id_column": None}, "no --id-column tells the series apart"),
        ({"step_column": "id"}, "name three columns"),
        ({"source": "surnames"}, "surnames is a data set with a name"),
        ({"source": "."}, "is a folder of texts"),
        ({"source": "a.npz"}, r"is a \.npz file"),
    ],
)
def test_columns_that_make_no_sense_are_refused(
    tmp_path: Path, settings: dict[str, Any], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_npz(tmp_path / "a.npz")
    (tmp_path / "a.csv").write_text(ROWS)
    path = Path(settings.pop("source", "a.csv"))
    with pytest.raises(UserError, match=expected):
        read(path, **settings)


def test_a_card_reads_files_as_training_did(tmp_path: Path) -> None:
    frame = long_frame(made_up(), labels())
    frame.to_csv(tmp_path / "a.csv", index=False)
    dataset = read(tmp_path / "a.csv")
    card = {
        "features": list(FEATURES),
        "columns": {"id": "id", "step": "step"},
        "standardisation": {
            "steps": 5, "labels": [], "means": dataset.standardisation.means,
            "standard_deviations": dataset.standardisation.deviations,
        },
    }  # fmt: skip
    series = SeriesInput.from_card(card)
    assert series.columns == Columns("id", "step", None, FEATURES)
    # Columns in another order, one more of text, and no labels.
    other = frame[["step", "width", "height", "id"]].assign(note="as seen")
    other.to_csv(tmp_path / "new.csv", index=False)
    new = series.read(tmp_path / "new.csv")
    assert new.labels is None
    assert new.names == tuple(map(str, range(20)))
    expected = dataset.standardisation.encode(list(made_up()))
    np.testing.assert_array_equal(series.encode(new.values), expected)
    with pytest.raises(UserError, match="which it reads from tables with the columns 'id'"):
        series.read(tmp_path / "none.csv")
    with pytest.raises(UserError, match=r"2 numbers a step, but .* has 1"):
        series.read(save_npz(tmp_path / "narrow.npz", x=made_up()[..., 0]))
    with pytest.raises(UserError, match="was not told of the columns of a table"):
        SeriesInput(series.standardisation, FEATURES, None).read(tmp_path / "new.csv")
