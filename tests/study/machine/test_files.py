from pathlib import Path

import pytest

from study.machine.files import create_folder_atomically, write_atomically


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_text("old")
    with write_atomically(path) as temporary:
        assert temporary.suffix == ".keras"
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["model.keras"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(error), write_atomically(path) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_block_that_writes_nothing_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), write_atomically(tmp_path / "a.txt"):
        pass
    assert names(tmp_path) == []


def test_a_long_name_still_has_room_for_the_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250 + ".csv")
    with write_atomically(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"


def test_a_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "entry"
    with create_folder_atomically(path) as temporary:
        (temporary / "inner").mkdir()
        (temporary / "inner" / "a.txt").write_text("a")
        assert not path.exists()
    assert (path / "inner" / "a.txt").read_text() == "a"
    assert names(tmp_path) == ["entry"]


def test_a_failure_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), create_folder_atomically(tmp_path / "a") as folder:  # noqa: PT012
        (folder / "a.txt").write_text("a")
        raise ValueError("x")
    assert names(tmp_path) == []


def test_a_folder_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "entry"
    path.mkdir()
    (path / "precious.txt").write_text("mine")
    with pytest.raises(OSError, match="entry"), create_folder_atomically(path) as temporary:
        (temporary / "a.txt").write_text("a")
    assert names(tmp_path) == ["entry"]
    assert names(path) == ["precious.txt"]
