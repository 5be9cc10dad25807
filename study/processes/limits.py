"""How many training processes, and their circumstances."""

from dataclasses import dataclass
from pathlib import Path


class TrainingBugError(Exception):
    """A job raised what it should not; the message is its traceback."""


@dataclass(frozen=True)
class ProcessLimits:
    """How many training processes, and their circumstances.

    Attributes:
        jobs: Training processes at once.
        cores: Divided among them.
        log: Takes what they print.
        trial_timeout: Seconds after which a trial counts as hung, or None.
    """

    jobs: int
    cores: int
    log: Path
    trial_timeout: float | None = None

    @property
    def threads(self) -> int:
        """Cores for each process."""
        return max(1, self.cores // self.jobs)
