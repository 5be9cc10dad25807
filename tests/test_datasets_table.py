import bz2
import gzip
import io
import lzma
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.datasets import Dataset, Reading, prepare
from study.datasets import table as table_module
from study.datasets import unpack as unpack_module
from study.datasets.splits import Part
from study.datasets.table import Table
from study.errors import UserError
from study.level import Level

ROWS = [(f"text {number}, of {label}", label) for number in range(20) for label in ("no", "yes")]
FRAME = pd.DataFrame(ROWS, columns=["text", "label"])
CSV = FRAME.to_csv(index=False)

TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1
)


def read(path: Path) -> list[tuple[str, str]]:
    corpus = Table(path, "text", "label").read()
    return [
        (text, corpus.names[label]) for text, label in zip(corpus.texts, corpus.labels, strict=True)
    ]


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("any.csv", content)
    return packed.getvalue()


def zstandard(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.output_stream(sink, compression="zstd") as stream:
        stream.write(content)
    return bytes(sink.getvalue())


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard,
    ".zip": zipped,
}


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
    made = [prepare(Reading(str(tmp_path / f"a.{kind}")), tmp_path / "cache") for kind in kinds]
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
    dataset = prepare(Reading(str(tmp_path / "a.csv")), tmp_path / "cache")
    assert dict(dataset.sizes) == {"train": 20, "validation": 8, "test": 12}
    assert dataset.validation_given
    train, validation = dataset.training()
    again = dataset.resplit(7)
    assert np.array_equal(again[0].tokens, train.tokens)
    assert np.array_equal(again[1].labels, validation.labels)
    words = set(dataset.vocabulary_file.read_text().split('"'))
    assert {"text", "9", "yes"} <= words
    assert not {"10", "19"} & words  # of validation and test only


def test_a_validation_split_is_drawn_from_training(tmp_path: Path) -> None:
    FRAME.assign(split=["train"] * 30 + ["test"] * 10).to_csv(tmp_path / "a.csv", index=False)
    dataset = prepare(Reading(str(tmp_path / "a.csv")), tmp_path / "cache")
    assert dict(dataset.sizes) == {"train": 24, "validation": 6, "test": 10}
    assert np.array_equal(
        np.unique(np.concatenate([part.tokens for part in dataset.training()]), axis=0),
        np.unique(dataset.encode([text for text, _ in ROWS[:30]]), axis=0),
    )


def test_many_classes_and_other_columns(tmp_path: Path) -> None:
    rows = [(f"about {topic}", topic) for topic in ("art", "law", "sea", "war") for _ in range(5)]
    pd.DataFrame(rows, columns=["body", "topic"]).to_csv(tmp_path / "a.csv", index=False)
    reading = Reading(
        str(tmp_path / "a.csv"),
        text_column="body",
        label_column="topic",
        level=Level.CHARACTER,
        steps=5,
        vocabulary=8,
    )
    dataset = prepare(reading, tmp_path / "cache")
    assert dataset.labels == ("art", "law", "sea", "war")
    assert (dataset.vocabulary, dataset.steps, dataset.embedding) == (8, 5, 16)
    assert dict(dataset.sizes) == {"train": 12, "validation": 4, "test": 4}
    assert sorted(dataset.test().labels.tolist()) == [0, 1, 2, 3]


def test_a_label_column_named_split_is_no_split(tmp_path: Path) -> None:
    FRAME.rename(columns={"label": "split"}).to_csv(tmp_path / "a.csv", index=False)
    reading = Reading(str(tmp_path / "a.csv"), label_column="split")
    assert prepare(reading, tmp_path / "cache").labels == ("no", "yes")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("text,label\n", "has columns but no rows"),
        ("id,body\n1,a\n", "column 'text' and one 'label', but it has 'id', 'body'"),
        ("text;label\na;1\n", "but it has 'text;label'"),
        ("text,label\na,1\nb,1\n", "Every text in .* has the label '1'"),
        ("text,label\n" + "a,1\nb,2\n" * 3 + "c,3\n", "The class '3' .* 1 of at least 3"),
        ("text,label\na,1\n,2\n,1\n", "no value in column 'text' in 2 of 3 rows, first in row 2"),
        ("text,label\na,\nb\n", "no value in column 'label' in 2 of 2 rows, first in row 1"),
        ("text,label\na,1\nb,c,2\n", "as many fields in every row .*line 3"),
        ("text,label\na,b,1\nc,d,2\n", "as many fields in every row"),
        ('text,label\n"a,1\nb,2\n', "as many fields in every row"),
        ("text,label,split\na,1,train\nb,2,later\n", "'later' in column 'split'"),
        ("text,label,split\na,1,train\nb,2,\n", "'' in column 'split'"),
        ("text,label,split\na,1,test\nb,2,val\n", "no training examples, only test and validation"),
        (
            "text,label,split\na,1,train\nb,1,train\nc,2,test\n",
            "'2' is in .* outside training only",
        ),
    ],
)
def test_faulty_csv_is_refused(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(content)
    with pytest.raises(UserError, match=expected) as caught:
        prepare(Reading(str(path)), tmp_path / "cache")
    assert str(path) in str(caught.value)
    assert not list((tmp_path / "cache").glob("*-*"))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings_are_refused(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_text("text,label\nnaïve,1\n", encoding=encoding)
    with pytest.raises(UserError, match=r"a\.csv is not UTF-8 text"):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.pkl", "a.pickle.gz", "a.npz"])
def test_pickles_are_refused_unopened(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(pickle.dumps(ROWS))
    with pytest.raises(UserError, match="run code"):
        read(tmp_path / name)


def test_a_pickle_in_disguise_is_no_table(tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet"):
        (tmp_path / name).write_bytes(pickle.dumps(ROWS))
        with pytest.raises(UserError, match="is not"):
            read(tmp_path / name)


@pytest.mark.parametrize("name", ["a.docx", "a", "a.zip", "a.gz"])
def test_other_kinds_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"text")
    with pytest.raises(UserError, match=r"suffix that is not known. .*\.csv.*\.zst"):
        read(tmp_path / name)


@pytest.mark.parametrize("path", ["no/such.csv", "n" * 300, "nul\0.csv"])
def test_a_path_that_is_not_there_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UserError, match=r"no readable file or folder .*surnames, imdb"):
        prepare(Reading(path), tmp_path)


def test_a_table_that_has_gone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    table = Table(tmp_path / "a.csv", "text", "label")
    (tmp_path / "a.csv").unlink()
    for use in (table.identity, table.read):
        with pytest.raises(UserError, match=r"a\.csv cannot be read"):
            use()


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(UserError, match="neither a file nor a folder"):
        prepare(Reading(str(tmp_path / "a.csv")), tmp_path / "cache")


@pytest.mark.parametrize("packing", PACKERS)
def test_a_damaged_packed_table_is_refused(tmp_path: Path, packing: str) -> None:
    whole = PACKERS[packing](os.urandom(10_000))
    for content in (b"not packed at all", whole[: len(whole) // 2]):
        (tmp_path / f"a.csv{packing}").write_bytes(content)
        with pytest.raises(UserError, match=r"cannot be read|not UTF-8"):
            read(tmp_path / f"a.csv{packing}")


@pytest.mark.parametrize("packing", PACKERS)
def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packing: str) -> None:
    monkeypatch.setattr(unpack_module, "_UNSUSPICIOUS", 2**16)
    rows = b"text,label\n" + b"a,1\n" * 2_000_000
    path = tmp_path / f"a.csv{packing}"
    path.write_bytes(PACKERS[packing](rows))
    assert path.stat().st_size * 200 < len(rows)
    with pytest.raises(UserError, match=r"More than [\d,]+ bytes come out of"):
        read(path)


def test_a_table_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_module, "LARGEST", 100)
    monkeypatch.setattr(table_module, "LARGEST", 100)
    (tmp_path / "a.csv").write_text(CSV)
    FRAME.to_parquet(tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        with pytest.raises(UserError, match="More than 100 bytes"):
            read(tmp_path / name)


def test_a_zip_holds_one_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    with pytest.raises(UserError, match="holds 2 files"):
        read(path)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(CSV.encode()))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    (tmp_path / "a.csv.zip").write_bytes(content)
    with pytest.raises(UserError, match="is encrypted"):
        read(tmp_path / "a.csv.zip")


def test_a_zip_packed_in_an_unknown_way_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(CSV.encode()))
    for mark, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(mark) + method] = 9  # "Deflate64", as Windows packs large files
    (tmp_path / "a.csv.zip").write_bytes(content)
    with pytest.raises(UserError, match="cannot be read"):
        read(tmp_path / "a.csv.zip")


def test_faulty_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"text": [["a"], ["b"]], "label": [1, 2]}).to_parquet(path)
    with pytest.raises(UserError, match="not a Parquet file with texts and labels"):
        read(path)
    pd.DataFrame({"text": ["a", None], "label": [1.0, None]}).to_parquet(path)
    with pytest.raises(UserError, match="'text' in 1 of 2 rows, first in row 2"):
        read(path)
    FRAME[["text"]].to_parquet(path)
    with pytest.raises(UserError, match="one column 'label', but it has 'text'"):
        read(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UserError, match="not a Parquet file"):
        read(path)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"steps": 0}, "--steps is at least 1, but 0"),
        ({"vocabulary": 4}, "--vocabulary is at least 5"),
        ({"seed": -1}, "--seed is at least 0"),
        ({"text_column": "label"}, "both be in the column 'label'"),
        ({"source": ""}, "is empty"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, object], expected: str) -> None:
    with pytest.raises(UserError, match=expected):
        Reading(**{"source": "a.csv"} | settings)  # type: ignore[arg-type]


def test_the_reviews_of_imdb(imdb: Path, tmp_path: Path) -> None:
    dataset: Dataset = prepare(Reading(str(imdb)), tmp_path)
    assert (dataset.name, dataset.labels) == ("imdb", ("0", "1"))
    assert (dataset.vocabulary, dataset.steps, dataset.embedding) == (10_000, 100, 128)
    assert dict(dataset.sizes) == {"train": 20_000, "validation": 5_000, "test": 25_000}
    assert dataset.encode(["the and a"])[0, -4:].tolist() == [1, 4, 5, 6]
    for split in (*dataset.training(), dataset.test()):
        assert split.labels.mean() == 0.5
        assert split.tokens.max() == 9_999
    assert set(Part) == set(dataset.sizes)
