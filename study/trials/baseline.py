"""A linear model of the same data, as it is stored."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class BaselineRecord:
    """What a linear model of the same data came to.

    Attributes:
        accuracy: On the test split, by the study's metric, a fraction; None where it failed.
        correct: As a confirmation run's.
        description: What it is and what it reads.
        examples: That it was trained on.
        converged: Whether its training ended by itself.
        seconds: Of training and scoring.
        reason: Why it failed.
    """

    accuracy: float | None = None
    correct: str | None = None
    description: str = ""
    examples: int = 0
    converged: bool = True
    seconds: float | None = None
    reason: str | None = None
