import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from study.datasets.cache import cache_folder
from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.prepare import prepare
from study.datasets.prepare import prepare as prepare_function
from study.errors import UserError
from tests.support.commands import ROOT


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "films.csv"
    rows = [f"{word} film {n},{word}" for n in range(50) for word in ("bad", "fair", "good")]
    path.write_text("\n".join(["text,label", *rows, ""]))
    return path


@pytest.fixture
def dataset(table: Path, tmp_path: Path) -> Dataset:
    return prepare(DatasetSpec(str(table)), tmp_path / "cache")


def entries(cache: Path) -> list[str]:
    return sorted(entry.name for entry in cache.iterdir() if entry.name != ".lock")


def test_arrays_are_mapped_and_read_only(dataset: Dataset) -> None:
    for split in (*dataset.training(), dataset.test()):
        assert isinstance(split.inputs, np.memmap)
        assert split.inputs.dtype == split.labels.dtype == np.int32
        assert split.inputs.shape == (len(split.labels), dataset.sequence_length)
        with pytest.raises(ValueError, match="read-only"):
            split.inputs[0] = 0


def test_the_second_time_nothing_is_read_but_the_cache(
    dataset: Dataset, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("study.datasets.sources.table.Table.read", None)
    assert prepare(DatasetSpec(str(table)), dataset.folder.parent) == dataset


def test_content_and_settings_make_the_entry(dataset: Dataset, table: Path) -> None:
    cache = dataset.folder.parent
    assert (
        prepare(DatasetSpec(str(table), sequence_length=100, vocabulary=10_000), cache) == dataset
    )
    other = prepare(DatasetSpec(str(table), sequence_length=2), cache)
    seeded = prepare(DatasetSpec(str(table), seed=1), cache)
    table.write_text(table.read_text() + "bad,bad\n")
    changed = prepare(DatasetSpec(str(table)), cache)
    made = [dataset, other, seeded, changed]
    assert len({one.folder for one in made}) == len({one.fingerprint for one in made}) == 4
    assert len(entries(cache)) == 4


def test_resplit_draws_the_same_examples_afresh(dataset: Dataset) -> None:
    def rows(*splits: tuple[np.ndarray, np.ndarray]) -> Counter[tuple[bytes, int]]:
        return Counter(
            (row.tobytes(), int(label))
            for tokens, labels in splits
            for row, label in zip(tokens, labels, strict=True)
        )

    first, again, other = (dataset.resplit(seed) for seed in (1, 1, 2))
    assert all(
        np.array_equal(a, b)
        for one, two in zip(first, again, strict=True)
        for a, b in zip(one, two, strict=True)
    )
    assert rows(*first) == rows(*other) == rows(*dataset.training())
    assert rows(first[1]) != rows(other[1])
    assert np.bincount(first[1].labels).tolist() == [8, 8, 8]
    assert tuple(map(len, (first[0].labels, first[1].labels))) == (96, 24)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def tamper(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")


DAMAGES = [Path.unlink, truncate, tamper]
FILES = ["train-tokens.npy", "validation-labels.npy", "vocabulary.json", "meta.json"]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_entry_is_made_anew(
    dataset: Dataset, table: Path, file: str, damage: Callable[[Path], None]
) -> None:
    damage(dataset.folder / file)
    again = prepare(DatasetSpec(str(table)), dataset.folder.parent)
    assert again == dataset
    assert len(again.training()[0].labels) == 96
    assert entries(dataset.folder.parent) == [dataset.folder.name]


@pytest.mark.parametrize("damage", DAMAGES)
def test_training_does_not_touch_the_test_split(
    dataset: Dataset, table: Path, damage: Callable[[Path], None]
) -> None:
    path = dataset.folder / "test-tokens.npy"
    damage(path)
    stamp = path.stat() if path.exists() else None
    again = prepare(DatasetSpec(str(table)), dataset.folder.parent)
    assert len(again.training()[0].labels) == 96
    assert stamp == (path.stat() if path.exists() else None)
    with pytest.raises(UserError, match=f"test split in {dataset.folder} is damaged. Delete"):
        again.test()


def test_damage_after_opening_is_told(dataset: Dataset) -> None:
    truncate(dataset.folder / "train-tokens.npy")
    with pytest.raises(UserError, match=r"train split .* is damaged"):
        dataset.training()
    np.save(dataset.folder / "train-tokens.npy", np.zeros((3, 4)))
    with pytest.raises(UserError, match=r"train split .* is damaged"):
        dataset.training()


def test_an_array_with_pickled_objects_is_never_opened(dataset: Dataset) -> None:
    np.save(dataset.folder / "train-labels.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(UserError, match=r"train split .* is damaged"):
        dataset.training()


def _prepare(source: str, cache: str) -> str:
    return prepare_function(DatasetSpec(source), Path(cache)).fingerprint


def test_processes_that_ask_at_once_all_succeed(table: Path, tmp_path: Path) -> None:
    cache = tmp_path / "new" / "cache"
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        asked = [pool.submit(_prepare, str(table), str(cache)) for _ in range(4)]
        found = [answer.result() for answer in asked]
    assert len(set(found)) == 1
    assert len(entries(cache)) == 1


def test_a_lock_whose_holder_was_killed_is_free(table: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    code = (
        "import sys; from pathlib import Path; from study.datasets.cache import locked\n"
        f"with locked(Path({str(cache)!r})): print('locked', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"locked\n"
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(_prepare, str(table), str(cache))
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            holder.kill()
            assert waiting.result(timeout=30)


def test_a_failure_leaves_nothing(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("study.datasets.cache.np.save", fail)
    with pytest.raises(UserError, match=r"cannot be written: No space left .*ISOPARAM_CACHE"):
        prepare(DatasetSpec(str(table)), tmp_path / "cache")
    assert entries(tmp_path / "cache") == []


def test_a_cache_that_cannot_be_written_is_told(table: Path) -> None:
    with pytest.raises(UserError, match=r"films\.csv/cache cannot be written: Not a directory"):
        prepare(DatasetSpec(str(table)), table / "cache")
    with pytest.raises(UserError, match=r"/proc/1 cannot be written"):
        prepare(DatasetSpec(str(table)), Path("/proc/1"))


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("ISOPARAM_CACHE", raising=False)
    assert cache_folder() == tmp_path / "home" / ".cache" / "isoparam"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, says the specification
    assert cache_folder() == tmp_path / "home" / ".cache" / "isoparam"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "isoparam"
    monkeypatch.setenv("ISOPARAM_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"


def test_opening_from_the_cache_imports_nothing_heavy(dataset: Dataset, table: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from study.datasets.dataset import DatasetSpec; "
        "from study.datasets.prepare import prepare;"
        f"prepare(DatasetSpec({str(table)!r}), Path({str(dataset.folder.parent)!r})).training();"
        "heavy = {'pandas', 'pyarrow', 'faker', 'pooch', 'requests', 'filelock', 'scipy', 'keras',"
        " 'tensorflow', 'optuna'};"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
