import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.level import Level
from study.datasets.prepare import prepare
from study.datasets.sources.table import Table
from study.datasets.splits import Part
from tests.support.tables import CSV, FRAME, PACKERS, ROWS, read

TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1
)


@pytest.mark.parametrize("packing", PACKERS)
def test_packed_tables(tmp_path: Path, packing: str) -> None:
    path = tmp_path / f"mine.csv{packing}"
    path.write_bytes(PACKERS[packing](CSV.encode()))
    assert read(path) == ROWS
    assert Table(path, "text", "label").name == "mine"


def test_the_same_table_in_every_format_has_one_fingerprint(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    FRAME.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    FRAME.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.pq.gz").write_bytes(gzip.compress((tmp_path / "a.parquet").read_bytes()))
    kinds = ("csv", "tsv", "parquet", "pq.gz")
    made = [prepare(DatasetSpec(str(tmp_path / f"a.{kind}")), tmp_path / "cache") for kind in kinds]
    assert len({dataset.fingerprint for dataset in made}) == 1
    assert len({dataset.folder for dataset in made}) == len(kinds)


@given(st.lists(st.tuples(TEXTS, st.sampled_from(["a", "b"]))))
def test_any_text_survives_csv_and_parquet(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    rows = [*rows, *[("x", "a"), ("x", "b")] * 3]
    folder = tmp_path_factory.mktemp("tables")
    frame = pd.DataFrame(rows, columns=["text", "label"])
    frame.to_parquet(folder / "a.parquet")
    assert read(folder / "a.parquet") == rows
    (folder / "a.csv").write_text(
        "text,label\n"
        + "".join('"{}",{}\n'.format(text.replace('"', '""'), label) for text, label in rows),
        encoding="utf-8",
        newline="",
    )
    assert read(folder / "a.csv") == rows


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_csv_may_be_separated_as_spreadsheets_do(tmp_path: Path, separator: str) -> None:
    FRAME.assign(other="1,5").to_csv(tmp_path / "a.csv", index=False, sep=separator)
    assert read(tmp_path / "a.csv") == ROWS


def test_quotation_marks_in_a_tsv_are_characters(tmp_path: Path) -> None:
    rows = [('"Great" film', "pos"), ('"Bad', "neg"), ('so "so', "pos"), ('worse"', "neg")] * 10
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows))
    assert read(path) == rows


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    for name, separator in (("a.csv", ","), ("a.tsv", "\t")):
        lines = [f"a{separator}1", "", f"b{separator}2", " "] * 3
        (tmp_path / name).write_text("\r\n".join([f"text{separator}label", *lines]), newline="")
        assert read(tmp_path / name) == [("a", "1"), ("b", "2")] * 3


def test_long_texts_are_read(tmp_path: Path) -> None:
    rows = [("a " * 200_000, "1"), ("b", "2")] * 3
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows))
    assert read(path) == rows


def test_blanks_around_labels_make_no_class(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label,split\n" + "t,pos,train\nt, pos,train \nt,neg ,train\n" * 3)
    corpus = Table(path, "text", "label").read()
    assert corpus.names == ("neg", "pos")
    assert corpus.labels.tolist() == [1, 1, 0] * 3


def test_words_that_elsewhere_mean_missing_are_words(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\ufefftext,label\n" + "NA,None\nnull,nan\n" * 3, encoding="utf-8")
    assert read(path) == [("NA", "None"), ("null", "nan")] * 3


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["10", "9", "9.0"], ("9", "10")),
        (["1.0", "0.0", "-1"], ("-1", "0", "1")),
        (["0.50", "1e3", "x"], ("0.50", "1e3", "x")),
        (["007", "7", "8"], ("007", "7", "8")),
        (["True", "False", "True"], ("False", "True")),
        (["9007199254740993", "9007199254740992"], ("9007199254740992", "9007199254740993")),
    ],
)
def test_classes_are_in_order(tmp_path: Path, labels: list[str], names: tuple[str, ...]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + "".join(f"t,{label}\n" for label in labels * 3))
    corpus = Table(path, "text", "label").read()
    assert corpus.names == names
    assert len(corpus.labels) == 3 * len(labels)


@pytest.mark.parametrize("kind", ["int64", "float64", "boolean", "category", "Int8", "string"])
def test_labels_of_parquet_may_have_any_plain_type(tmp_path: Path, kind: str) -> None:
    frame = pd.DataFrame({"text": ["t"] * 10, "label": [0, 1] * 5}).astype({"label": kind})
    frame.to_parquet(tmp_path / "a.parquet")
    expected = ("false", "true") if kind == "boolean" else ("0", "1")
    assert Table(tmp_path / "a.parquet", "text", "label").read().names == expected


def test_splits_that_come_with_the_data(tmp_path: Path) -> None:
    splits = ["train"] * 20 + ["Val"] * 8 + ["test"] * 12
    FRAME.assign(split=splits).to_csv(tmp_path / "a.csv", index=False)
    dataset = prepare(DatasetSpec(str(tmp_path / "a.csv")), tmp_path / "cache")
    assert dict(dataset.sizes) == {"train": 20, "validation": 8, "test": 12}
    assert dataset.validation_given
    train, validation = dataset.training()
    again = dataset.resplit(7)
    assert np.array_equal(again[0].inputs, train.inputs)
    assert np.array_equal(again[1].labels, validation.labels)
    words = set(dataset.vocabulary_file.read_text().split('"'))
    assert {"text", "9", "yes"} <= words
    assert not {"10", "19"} & words  # of validation and test only


def test_a_validation_split_is_drawn_from_training(tmp_path: Path) -> None:
    FRAME.assign(split=["train"] * 30 + ["test"] * 10).to_csv(tmp_path / "a.csv", index=False)
    dataset = prepare(DatasetSpec(str(tmp_path / "a.csv")), tmp_path / "cache")
    assert dict(dataset.sizes) == {"train": 24, "validation": 6, "test": 10}
    assert np.array_equal(
        np.unique(np.concatenate([part.inputs for part in dataset.training()]), axis=0),
        np.unique(dataset.encode([text for text, _ in ROWS[:30]]), axis=0),
    )


def test_many_classes_and_other_columns(tmp_path: Path) -> None:
    rows = [(f"about {topic}", topic) for topic in ("art", "law", "sea", "war") for _ in range(5)]
    pd.DataFrame(rows, columns=["body", "topic"]).to_csv(tmp_path / "a.csv", index=False)
    spec = DatasetSpec(
        str(tmp_path / "a.csv"),
        text_column="body",
        label_column="topic",
        level=Level.CHARACTER,
        sequence_length=5,
        vocabulary=8,
    )
    dataset = prepare(spec, tmp_path / "cache")
    assert dataset.labels == ("art", "law", "sea", "war")
    assert (dataset.vocabulary, dataset.sequence_length, dataset.embedding) == (8, 5, 16)
    assert dict(dataset.sizes) == {"train": 12, "validation": 4, "test": 4}
    assert sorted(dataset.test().labels.tolist()) == [0, 1, 2, 3]


def test_a_label_column_named_split_is_no_split(tmp_path: Path) -> None:
    FRAME.rename(columns={"label": "split"}).to_csv(tmp_path / "a.csv", index=False)
    spec = DatasetSpec(str(tmp_path / "a.csv"), label_column="split")
    assert prepare(spec, tmp_path / "cache").labels == ("no", "yes")


def test_the_reviews_of_imdb(imdb: Path, tmp_path: Path) -> None:
    dataset: Dataset = prepare(DatasetSpec(str(imdb)), tmp_path)
    assert (dataset.name, dataset.labels) == ("imdb", ("0", "1"))
    assert (dataset.vocabulary, dataset.sequence_length, dataset.embedding) == (10_000, 100, 128)
    assert dict(dataset.sizes) == {"train": 20_000, "validation": 5_000, "test": 25_000}
    assert dataset.encode(["the and a"])[0, -4:].tolist() == [1, 4, 5, 6]
    for split in (*dataset.training(), dataset.test()):
        assert split.labels.mean() == 0.5
        assert split.inputs.max() == 9_999
    assert set(Part) == set(dataset.sizes)
