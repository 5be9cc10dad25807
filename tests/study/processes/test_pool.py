"""The pool of training processes: real processes, stub jobs."""

from pathlib import Path

import pytest

from study.errors import UserError
from study.processes.limits import ProcessLimits, TrainingBugError
from study.processes.pool import Event, Pool, work_off
from study.processes.training_process import Died, Finished, Job, LookTaken, Refused
from tests.support.simulated.stub_jobs import StubJob


def limits(folder: Path, jobs: int = 2, trial_timeout: float | None = None) -> ProcessLimits:
    return ProcessLimits(jobs=jobs, cores=2, log=folder / "log", trial_timeout=trial_timeout)


def ends(pool: Pool[str]) -> dict[str, Event]:
    """How each job ended that was submitted; every epoch is answered."""
    found: dict[str, Event] = {}
    while pool.busy:
        for name, event in pool.events():
            if isinstance(event, LookTaken):
                pool.answer(name, proceed=True)
            else:
                found[name] = event
    return found


def test_a_job_that_hangs_ends_as_one_that_died_and_its_process_is_replaced(tmp_path: Path) -> None:
    pool: Pool[str] = Pool(limits(tmp_path, jobs=1, trial_timeout=2.0))
    try:
        pool.submit("hung", StubJob(0, "hang", tmp_path / "ledger"))
        assert not pool.free
        assert ends(pool) == {"hung": Died("no result after 2 s")}
        pool.submit("next", StubJob(3, "value", tmp_path / "ledger"))
        assert ends(pool) == {"next": Finished(0.003)}
    finally:
        pool.close()


def test_work_off_does_every_job_and_tells_of_those_that_fail(tmp_path: Path) -> None:
    acts = {"good": "value", "refused": "refuse", "dead": "die", "next": "value"}
    jobs: dict[str, Job] = {
        name: StubJob(slot, act, tmp_path / "ledger")
        for slot, (name, act) in enumerate(acts.items())
    }
    told = list(work_off(jobs, limits(tmp_path), lambda: False))
    ended = {name: message for name, message in told if not isinstance(message, LookTaken)}
    assert ended == {
        "good": Finished(0.0),
        "refused": Refused("the loss became NaN"),
        "dead": Refused("its training process died (SIGKILL)"),
        "next": Finished(0.003),
    }
    assert sum(isinstance(message, LookTaken) for _, message in told) == len(jobs)


def test_a_bug_ends_the_work_and_a_stop_ends_it_at_once(tmp_path: Path) -> None:
    bug: dict[str, Job] = {"bug": StubJob(0, "bug", tmp_path / "ledger")}
    with pytest.raises(TrainingBugError, match="ZeroDivisionError: a bug"):
        list(work_off(bug, limits(tmp_path), lambda: False))
    ledger = tmp_path / "hung"
    hang: dict[str, Job] = {"hang": StubJob(0, "hang", ledger)}
    assert [name for name, _ in work_off(hang, limits(tmp_path), ledger.exists)] in ([], ["hang"])


def test_a_full_disk_ends_the_work_in_a_sentence(tmp_path: Path) -> None:
    full: dict[str, Job] = {"full": StubJob(0, "full", tmp_path / "ledger")}
    with pytest.raises(UserError, match="No space left on device"):
        list(work_off(full, limits(tmp_path), lambda: False))
