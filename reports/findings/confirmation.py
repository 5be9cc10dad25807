"""What confirmation found, as numbers."""

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate, Interval, weighted_sum
from reports.comparison.runs import Crossed
from reports.findings.answer import RungAnswer
from study.trials.record import ConfirmationRecord

Cost = Callable[[ConfirmationRecord], float | None]


class Extent(NamedTuple):
    """Where a model lies on an axis: a value, and what it ranges over."""

    low: float
    middle: float
    high: float


Size = Callable[[RungAnswer, str], Extent | None]  # of a cell at a budget: parameters or a cost


def mean_accuracy(accuracies: NDArray[np.float64]) -> Estimate:
    """Mean test accuracy of one cell's runs at one budget, over seeds."""
    return weighted_sum([Crossed.of_runs(accuracies)], [1.0], over_examples=False)


def accuracy_span(mean: Estimate) -> Interval | None:
    """Its 95 % interval, as far as accuracies go."""
    span = mean.interval()
    return Interval(max(0.0, span.low), min(1.0, span.high)) if span else None


def matched_size(answered: RungAnswer, cell: str) -> Extent:
    """Parameters of a cell at a budget, as the budget's scope counts them."""
    parameters = float(answered.rung.counts[cell])
    return Extent(parameters, parameters, parameters)


def cost_over_seeds(answered: RungAnswer, cell: str, cost: Cost) -> Extent | None:
    """Least, median and most cost of a cell's runs at a budget; None where none is known."""
    known = [value for run in answered.runs[cell] if (value := cost(run)) is not None and value > 0]
    return Extent(min(known), median(known), max(known)) if known else None


def training_seconds(run: ConfirmationRecord) -> float | None:
    """Seconds of training alone."""
    return run.training_seconds


def inference_microseconds(run: ConfirmationRecord) -> float | None:
    """Microseconds to answer one test example."""
    return run.inference_microseconds


def within_range(span: Interval) -> Interval:
    """The part of an accuracy's interval that an accuracy can lie in."""
    return Interval(max(0.0, span.low), min(1.0, span.high))
