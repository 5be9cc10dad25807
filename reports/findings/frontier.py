"""What nothing dominates."""

from collections.abc import Iterable
from typing import NamedTuple


class Sized(NamedTuple):
    """A size in parameters, and the accuracy reached with it, a fraction."""

    parameters: float
    accuracy: float


def frontier(models: Iterable[Sized]) -> list[Sized]:
    """The models that no other dominates, from the smallest on, each given once.

    One dominates another if it has no more parameters and at least the accuracy, and is
    strictly better in one of the two.
    """
    best: list[Sized] = []
    for model in sorted(models, key=lambda model: (model.parameters, -model.accuracy)):
        if not best or model.accuracy > best[-1].accuracy:
            best.append(model)
    return best
