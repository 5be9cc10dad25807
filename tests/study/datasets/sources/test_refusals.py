import os
import pickle
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from study.datasets.dataset import DatasetSpec
from study.datasets.prepare import prepare
from study.datasets.sources import rows as rows_module
from study.datasets.sources import unpack as unpack_module
from study.datasets.sources.table import Table
from study.errors import UserError
from tests.support.tables import CSV, FRAME, PACKERS, ROWS, read, zipped


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("text,label\n", "has columns but no rows"),
        ("id,body\n1,a\n", "column 'text' and one 'label', but it has 'id', 'body'"),
        ("text|label\na|1\n", "but it has 'text|label'"),
        ("text;label\na;1\nb\n", "no value in column 'label' in 1 of 2 rows"),
        (
            "text,label\n" + "".join(f"{n},0.{n:03}1\n" for n in range(9)),
            "9 different labels in 9 examples, .*Such numbers are measured, and are no classes",
        ),
        (
            "text,label\n" + "".join(f"{n},id-{n}\n" for n in range(9)),
            "9 different labels in 9 examples, .*another column",
        ),
        ("text,label\na,1\nb,1\n", "Every text in .* has the label '1'"),
        ("text,label\n" + "a,1\nb,2\n" * 3 + "c,3\n", "The class '3' .* 1 of at least 3"),
        ("text,label\na,1\n,2\n,1\n", "no value in column 'text' in 2 of 3 rows, first in row 2"),
        ("text,label\na,\nb\n", "no value in column 'label' in 2 of 2 rows, first in row 1"),
        ("text,label\na,1\nb,c,2\n", "as many fields in every row .*line 3"),
        ("text,label\na,b,1\nc,d,2\n", "as many fields in every row"),
        ('text,label\n"a,1\nb,2\n', "as many fields in every row"),
        ('text,label\n"a \\"b\\" c",1\nd,2\n', "as many fields in every row .*line 2"),
        ('text,label\nx,1\n"a,1\nb,1\n"c" d,2\n', "as many fields in every row .*line 5"),
        ("text,label\na,1\nb, \n", "no value in column 'label' in 1 of 2 rows"),
        ("text,text,label\na,b,1\n", "one column 'text', but it has 'text', 'text', 'label'"),
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
        prepare(DatasetSpec(str(path)), tmp_path / "cache")
    assert str(path) in str(caught.value)
    assert not list((tmp_path / "cache").glob("*-*"))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a\tb\t1", "line 3: 3 fields instead of 2"),
        ('"a', "'label' in 1 of 2 rows, first in row 2"),
    ],
)
def test_faulty_tsv_is_refused(tmp_path: Path, row: str, expected: str) -> None:
    (tmp_path / "a.tsv").write_text(f"text\tlabel\nx\t1\n{row}\n")
    with pytest.raises(UserError, match=expected):
        read(tmp_path / "a.tsv")


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
        prepare(DatasetSpec(path), tmp_path)


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
        prepare(DatasetSpec(str(tmp_path / "a.csv")), tmp_path / "cache")


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
    monkeypatch.setattr(rows_module, "LARGEST", 100)
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
    with pytest.raises(UserError, match="not a Parquet file with text and numbers"):
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
        ({"sequence_length": 0}, "--sequence-length is at least 1, but 0"),
        ({"vocabulary": 4}, "--vocabulary is at least 5"),
        ({"seed": -1}, "--seed is at least 0"),
        ({"text_column": "label"}, "both be in the column 'label'"),
        ({"source": ""}, "is empty"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, object], expected: str) -> None:
    with pytest.raises(UserError, match=expected):
        DatasetSpec(**{"source": "a.csv"} | settings)  # type: ignore[arg-type]
