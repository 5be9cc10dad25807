"""What a plan is made of, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Slot:
    """One planned trial.

    Attributes:
        number: Its place in the plan.
        params: Parameters that are fixed beforehand.
        attributes: User attributes, known beforehand.
    """

    number: int
    params: Mapping[str, Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far a plan is.

    Attributes:
        planned: Slots in the plan.
        finished: Slots with a finished trial that was not requeued.
        waiting: Trials nobody has taken.
    """

    planned: int
    finished: int
    waiting: int

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.finished >= self.planned
