"""Who shows what a study found: handed in by the commands, since a study knows no reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import optuna

from study.runs.archive import Archive
from study.storage.folder import RunFolder
from study.training.curve import CurvePoint
from study.trials.record import StudyRecord


@dataclass(frozen=True)
class Published:
    """What has been published of a study.

    Attributes:
        report: The report's file.
        sentence: The answer.
        record: What the study remembers, as it was read for the report.
    """

    report: Path
    sentence: str
    record: StudyRecord


class Reporter(Protocol):
    """Keeps a trial's curve, and publishes a study."""

    def keep_curve(
        self, trial: optuna.Trial, curve: Sequence[CurvePoint], folder: RunFolder
    ) -> None:
        """Put a picture of its learning curve where the dashboard shows it."""

    def publish(self, archive: Archive) -> Published:
        """Write the report of what is known so far.

        Raises:
            UserError: The folder cannot be written.
        """
