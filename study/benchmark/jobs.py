"""Jobs done by training processes, for benchmarks that want nothing but their results."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from study.errors import UserError
from study.processes.limits import ProcessLimits
from study.processes.pool import Pool, run_jobs
from study.processes.training_process import Finished, Job, Refused


@contextmanager
def open_pool(processes: int, threads: int = 1) -> Iterator[Pool[str]]:
    """So many training processes, each with so many threads, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        limits = ProcessLimits(processes, processes * threads, Path(folder, "log"))
        with closing(Pool[str](limits)) as pool:
            yield pool


def results(jobs: Mapping[str, Job], pool: Pool[str]) -> dict[str, Any]:
    """What each job returns, by name.

    Raises:
        UserError: A job can have no result, or the machine prevented it.
        TrainingBugError: A job failed by a bug.
    """
    found = {}
    for name, message in run_jobs(jobs, pool, stopping=lambda: False):
        match message:
            case Finished(result):
                found[name] = result
            case Refused(reason):
                raise UserError(f"{name} failed: {reason}.")
    return found
