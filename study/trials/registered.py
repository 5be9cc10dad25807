"""A plan of a study, as it is stored."""

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Registration:
    """What was decided, as it was stored before anything that it decides.

    Attributes:
        number: From 1, which is plan.json; those above changed the plan.
        stored: When, in UTC.
        trainings: Trials and runs that had begun by then; 0 where nothing was known.
        text: Of the file, whose SHA-256 in UTF-8 is `sha256`.
    """

    number: int
    sha256: str
    stored: datetime
    trainings: int
    text: str

    @property
    def whole(self) -> bool:
        """Whether the text is that of the digest."""
        return hashlib.sha256(self.text.encode()).hexdigest() == self.sha256
