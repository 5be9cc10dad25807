"""Compiled programs are kept on disk, for every process that can load them."""

import os
from pathlib import Path

import pytest

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.datasets.dataset import DatasetSpec
from study.datasets.prepare import prepare
from study.errors import UserError
from study.processes import programs
from study.processes.limits import ProcessLimits, TrainingBugError
from study.processes.pool import work_off
from study.processes.programs import keep_programs
from study.processes.training_process import Finished
from study.training.job import Result, TrainingJob
from tests.support.simulated.stub_jobs import StubJob


def test_a_process_loads_what_another_has_compiled_and_trains_the_same(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = prepare(DatasetSpec(str(texts)))
    task = Task(dataset.vocabulary, len(dataset.labels), embedding=4)
    job = TrainingJob(
        candidate=Candidate(cell=Cell.GRU, units=3, embedding=4, recurrent_dropout=0.1),
        task=task, dataset=dataset, seed=1, split_seed=1, epochs=2, patience=2,
    )  # fmt: skip
    monkeypatch.setenv("ISOPARAM_CACHE", str(tmp_path / "cache"))

    def trained() -> Result:
        limits = ProcessLimits(jobs=1, cores=1, log=tmp_path / "log")
        ends = [end for _, end in work_off({"job": job}, limits, lambda: False)]
        assert isinstance(ends[-1], Finished)
        result: Result = ends[-1].result
        return result

    def kept() -> dict[Path, int]:
        found = (tmp_path / "cache" / "programs").glob("*/*")
        return {path: path.stat().st_mtime_ns for path in found}

    first, written = trained(), kept()
    assert len(written) == 1
    assert trained().weights == first.weights
    assert kept() == written


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where programs are kept by this process, which keeps none."""
    monkeypatch.setenv("ISOPARAM_CACHE", str(tmp_path))
    monkeypatch.setenv("TF_XLA_FLAGS", "--one_of_the_users_own")
    keep_programs(threads=1)
    (found,) = (tmp_path / "programs").iterdir()
    return found


def test_flags_of_the_users_own_stay(folder: Path) -> None:
    assert os.environ["TF_XLA_FLAGS"].startswith("--one_of_the_users_own --tf_xla_persistent")
    assert str(folder) in os.environ["TF_XLA_FLAGS"]


def test_the_oldest_programs_are_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_MOST", 2)
    for age, name in enumerate(("new", "old", "older", "oldest")):
        path = folder / f"xla_compile_cache_{name}"
        path.touch()
        os.utime(path, (1e9 - age, 1e9 - age))
    keep_programs(threads=1)
    assert {path.name for path in folder.iterdir()} == {
        "xla_compile_cache_new",
        "xla_compile_cache_old",
    }


def test_after_a_bug_none_is_left_that_could_be_damaged(folder: Path, tmp_path: Path) -> None:
    (folder / "xla_compile_cache_damaged").write_text("")
    jobs = {"bug": StubJob(0, "bug", tmp_path / "ledger")}
    with pytest.raises(TrainingBugError, match="a bug"):
        list(work_off(jobs, ProcessLimits(1, 1, tmp_path / "log"), lambda: False))
    assert not list(folder.iterdir())


def test_a_program_that_cannot_be_written_is_no_bug(folder: Path, tmp_path: Path) -> None:
    jobs = {"full": StubJob(0, "program", tmp_path / "ledger")}
    with pytest.raises(UserError, match=r"could not go on \(.*xla_compile_cache_1; No space left"):
        list(work_off(jobs, ProcessLimits(1, 1, tmp_path / "log"), lambda: False))


def test_another_processor_has_programs_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_features", lambda: "flags: none")
    keep_programs(threads=1)
    keep_programs(threads=2)
    assert len(list(folder.parent.iterdir())) == 3


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ISOPARAM_CACHE", str(tmp_path / "file"))
    monkeypatch.setenv("TF_XLA_FLAGS", "")
    keep_programs(threads=1)
    assert os.environ["TF_XLA_FLAGS"] == ""
