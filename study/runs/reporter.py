"""Who shows what a study found: handed in by the commands, since a study knows no reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from study.phases.search import DrawCurve
from study.runs.archive import Archive
from study.trials.record import Look, StudyRecord

# Given the margin (a fraction), the least and the most searches and the looks that were made: how
# the verdict will be reached, as plain values for JSON.
Declaration: TypeAlias = Callable[[float, int, int, Sequence[Look]], dict[str, Any]]


@dataclass(frozen=True)
class Published:
    """What has been published of a study.

    Attributes:
        report: The report's file.
        sentence: The answer.
        decided: Whether the answer is a verdict, at a look that the plan allows for.
        record: What the study remembers, as it was read for the report.
    """

    report: Path
    sentence: str
    decided: bool
    record: StudyRecord


class Reporter(Protocol):
    """Draws a trial's learning curve, and publishes a study."""

    @property
    def draw_curve(self) -> DrawCurve:
        """Draws a learning curve, in the training process; so it is a module's own function."""

    @property
    def declaration(self) -> Declaration:
        """Declares how the verdict will be reached."""

    def publish(self, archive: Archive) -> Published:
        """Write the report of what is known so far.

        Raises:
            UserError: The folder cannot be written.
        """
