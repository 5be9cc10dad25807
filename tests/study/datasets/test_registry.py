"""A data set that is known by name needs a source and an entry in one table."""

import subprocess
import sys
from pathlib import Path

import pytest

from study.datasets.dataset import DatasetSpec
from study.datasets.level import Level
from study.datasets.prepare import prepare
from study.datasets.registry import (
    DATASETS,
    BuiltInDataset,
    default_level,
    default_level_in_words,
    sources_in_words,
)
from study.datasets.sources.table import Table
from study.errors import UserError
from tests.support.commands import ROOT
from tests.support.tables import CSV


def test_an_entry_is_all_that_a_new_one_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(CSV)
    entry = BuiltInDataset(
        open=lambda _: Table(path, "text", "label"),
        remark="new",
        level=Level.CHARACTER,
    )
    monkeypatch.setitem(DATASETS, "films", entry)
    assert prepare(DatasetSpec("films"), tmp_path / "cache").level is Level.CHARACTER
    assert default_level_in_words() == "character for surnames, character for films, else word"
    assert "`films` (new), or a path" in sources_in_words()
    with pytest.raises(UserError, match="--dataset takes surnames, imdb, reuters, films"):
        DatasetSpec("")


def test_a_path_has_the_usual_defaults_whatever_its_name() -> None:
    assert default_level("surnames") is Level.CHARACTER
    assert default_level("surnames.csv") is default_level("imdb") is Level.WORD


def test_reading_the_table_imports_no_source() -> None:
    code = (
        "import sys, study.datasets.registry;"
        "sys.exit('numpy' in sys.modules or 'study.datasets.sources.built_in.imdb' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
