"""Labelled texts in a folder: a folder for each class, a file for each text."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from study.datasets.facts import Origin
from study.datasets.sources.corpus import Corpus, as_unreadable
from study.datasets.sources.unpack import LARGEST
from study.datasets.splits import Part
from study.errors import UserError

_UNLABELLED = "unsup"  # in the Large Movie Review Dataset


class _File(NamedTuple):
    part: Part | None
    label: str
    path: Path


class Folder:
    """`<label>/*.txt`, or the same in `train`, `test` and, if it likes, `validation`.

    Hidden folders are left out, and so are folders beside `train` and `test`, and
    `train/unsup`, which the Large Movie Review Dataset has for reviews without a label.
    """

    reads_numbers = False

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._path.resolve().name

    def identity(self) -> str:
        """SHA-256 of the sorted names and the contents of the texts."""
        digest = hashlib.sha256()
        for file in self._files:
            content = _content(file.path)
            name = file.path.relative_to(self._path).as_posix()
            digest.update(f"{len(content)} {name}\0".encode("utf-8", "surrogateescape"))
            digest.update(content)
        for folder in self._left_out:
            digest.update(f"{folder}/\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def read(self) -> Corpus:
        """The texts, in the order of their names."""
        files = self._files
        texts = [_text(file.path) for file in files]
        parts = [file.part for file in files if file.part]
        origin = Origin(str(self._path), len(files), "files", self._left_out)
        return Corpus.of(origin, texts, [file.label for file in files], parts or None)

    @cached_property
    def _files(self) -> list[_File]:
        """Every text.

        Raises:
            UserError: A folder cannot be read or has no texts, or they are too large.
        """
        classes: list[tuple[Part | None, Path]] = [
            (part, label)
            for folder, part in self._parts.items()
            for label in _folders(folder)
            if not _is_unlabelled(label, part)
        ] or [(None, folder) for folder in _folders(self._path)]
        files = [_File(part, label.name, text) for part, label in classes for text in _texts(label)]
        if not files:
            raise UserError(
                f"{self._path} has no texts. Expected is <label>/*.txt, or the same in the "
                "folders train and test."
            )
        if sum(file.path.stat().st_size for file in files) > LARGEST:
            raise UserError(f"The texts in {self._path} are larger than {LARGEST:,} bytes.")
        return files

    @cached_property
    def _parts(self) -> dict[Path, Part]:
        """The folders that hold a split."""
        named = {folder: Part.named(folder.name) for folder in _folders(self._path)}
        return {folder: part for folder, part in named.items() if part}

    @cached_property
    def _left_out(self) -> tuple[str, ...]:
        """Folders with texts that are read as neither a split nor a class."""
        if not self._parts:
            return ()
        beside = [folder for folder in _folders(self._path) if folder not in self._parts]
        unlabelled = [
            label
            for folder, part in self._parts.items()
            for label in _folders(folder)
            if _is_unlabelled(label, part)
        ]
        return tuple(
            folder.relative_to(self._path).as_posix()
            for folder in (*beside, *unlabelled)
            if any(folder.rglob("*.txt"))
        )


def _folders(path: Path) -> list[Path]:
    """The folders in a folder, by name, without the hidden ones."""
    with as_unreadable(path):
        return sorted(
            entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")
        )


def _is_unlabelled(folder: Path, part: Part) -> bool:
    return part is Part.TRAIN and folder.name == _UNLABELLED


def _texts(folder: Path) -> list[Path]:
    """The texts of a class, by name."""
    with as_unreadable(folder):
        texts = sorted(entry for entry in folder.iterdir() if entry.suffix == ".txt")
    if not texts:
        raise UserError(
            f"{folder} has no .txt files, but every folder there is taken for a class. "
            "Move it elsewhere, or give it texts."
        )
    return texts


def _content(path: Path) -> bytes:
    with as_unreadable(path):
        return path.read_bytes()


def _text(path: Path) -> str:
    try:
        return _content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text ({error.reason}). Save it as UTF-8.") from error
