"""What confirmation found, as numbers."""

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate, Interval, weighted_sum
from reports.comparison.runs import BudgetMoments
from reports.findings.answer import BudgetAnswer
from study.trials.record import ConfirmationRecord

Cost = Callable[[ConfirmationRecord], float | None]


class Range(NamedTuple):
    """Where a model lies on an axis: a value, and what it ranges over."""

    low: float
    middle: float
    high: float


Size = Callable[[BudgetAnswer, str], Range | None]  # of a cell at a budget: parameters or a cost


def mean_accuracy(accuracies: NDArray[np.float64]) -> Estimate:
    """Mean test accuracy of one cell's runs at one budget, over seeds."""
    return weighted_sum([BudgetMoments.of_runs(accuracies)], [1.0], over_examples=False)


def accuracy_span(mean: Estimate) -> Interval | None:
    """Its 95 % interval, as far as accuracies go."""
    span = mean.interval()
    return Interval(max(0.0, span.low), min(1.0, span.high)) if span else None


def matched_size(answered: BudgetAnswer, cell: str) -> Range:
    """Parameters of a cell at a budget, as the budget's scope counts them."""
    parameters = float(answered.budget.counts[cell])
    return Range(parameters, parameters, parameters)


def cost_over_seeds(answered: BudgetAnswer, cell: str, cost: Cost) -> Range | None:
    """Least, median and most cost of a cell's runs at a budget; None where none is known."""
    known = [value for run in answered.runs[cell] if (value := cost(run)) is not None and value > 0]
    return Range(min(known), median(known), max(known)) if known else None


def training_seconds(run: ConfirmationRecord) -> float | None:
    """Seconds of training alone."""
    return run.training_seconds


def inference_microseconds(run: ConfirmationRecord) -> float | None:
    """Microseconds to answer one test example."""
    return run.inference_microseconds
