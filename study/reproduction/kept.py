"""Finished work of a reproduction, as files."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from search_spaces.candidate import Candidate
from study.errors import UserError
from study.machine.environment import environment
from study.machine.files import write_atomically
from study.processes.training_process import Job
from study.reproduction.protocols import (
    Counted,
    CountJob,
    Measured,
    Plan,
    Run,
    measured,
)
from study.training.curve import CurvePoint

_COUNTS = "counts"


@dataclass(frozen=True)
class Kept:
    """Finished work as small files, one each; a damaged one counts as none."""

    folder: Path
    plan: Plan

    def jobs(self) -> dict[str, Job]:
        """What is left to do, by name; the longest first, since the others fit beside it."""
        jobs: dict[str, Job] = {
            run.name: self.plan.job(run) for run in self.plan.runs if not self.run(run)
        }
        if not self.counted():
            plan = self.plan
            jobs[_COUNTS] = CountJob(plan.variants, plan.task, plan.dataset.sequence_length)
        return jobs

    def runs(self) -> dict[Run, Measured]:
        """The runs that are done."""
        return {run: found for run in self.plan.runs if (found := self.run(run))}

    def run(self, run: Run) -> Measured | None:
        """What a run found, or None."""
        try:
            fields = json.loads(self._path(run.name).read_text(encoding="utf-8"))
            curve = tuple(CurvePoint(**point) for point in fields["curve"])
            return Measured(**{**fields, "curve": curve})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def counted(self) -> tuple[Counted, ...]:
        """Keras' counts, or nothing."""
        try:
            rows = json.loads(self._path(_COUNTS).read_text(encoding="utf-8"))
            return tuple(
                Counted(**{**row, "candidate": Candidate.of(row["candidate"])}) for row in rows
            )
        except (OSError, ValueError, TypeError, KeyError):
            return ()

    def keep(self, name: str, result: Any) -> None:
        """Write a finished job's result.

        Raises:
            UserError: It cannot be written.
        """
        counts = name == _COUNTS
        content = [asdict(one) for one in result] if counts else asdict(measured(result))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with write_atomically(self._path(name)) as path:
                path.write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
        except OSError as error:
            raise UserError(
                f"Results are kept in {self.folder}, but writing failed ({error.strerror}). "
                "Make room, or make the folder writable."
            ) from error

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def kept_results(folder: Path, plan: Plan) -> Kept:
    """What is kept of this plan; what was found with other settings is out of its sight."""
    shape = f"{plan.epochs}-epochs-seed-{plan.seed}-{plan.dataset.fingerprint}"
    return Kept(folder / "runs" / f"{shape}-{environment()['backend']}", plan)
