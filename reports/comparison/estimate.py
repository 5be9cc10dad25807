"""Paired comparison of two cells over seeds, test examples and budgets.

One run of a cell on seed `s` answers test example `i` rightly or wrongly. The difference
between the two cells is modelled with crossed random effects (Searle, Casella & McCulloch
1992, *Variance Components*, ch. 4),

    d[s, i] = mu + seed[s] + example[i] + residual[s, i],

and its mean over seeds and examples has the variance

    var(seed)/S + var(example)/N + var(residual)/(S N).

An interval "over seeds" takes the test examples as given; one "over seeds and examples" is
about the task that they were drawn from. Accuracies are fractions; a difference is the first
cell minus the second.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from reports.comparison.runs import BudgetMoments, PairedRuns
from study.errors import UserError

FLOAT_NOISE = 1e-12
"""Differences of accuracies below this are rounding of the last bits, not differences."""

SMALLEST_P = 1e-12
"""No p-value below this is computed; a smaller one is given as this."""


class Interval(NamedTuple):
    """Two bounds, as fractions."""

    low: float
    high: float

    def excludes_zero(self) -> bool:
        """Whether both bounds lie on one side of zero."""
        return self.low > 0 or self.high < 0

    def inside(self, margin: float) -> bool:
        """Whether the interval lies strictly between -margin and margin."""
        return -margin < self.low and self.high < margin

    def negated(self) -> "Interval":
        """The interval of the difference taken the other way round."""
        return Interval(-self.high, -self.low)


class Probability(NamedTuple):
    """An estimated probability, from 0 to 1, with its interval."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class Estimate:
    """A weighted sum of the budgets' means, and what its error is made of.

    The seeds are different at every budget, so that their parts add; the test examples are the
    same, so that their part is computed from the weighted sum itself.
    """

    value: float
    seeds: tuple[int, ...]  # at each budget
    seed_variances: tuple[float, ...]  # weight**2 * variance over seeds; NaN with one seed
    example_variance: float = 0.0  # part of the value's variance that no seed removes
    examples: int | None = None  # None: over seeds only

    @cached_property
    def seed_variance(self) -> float:
        """Part of the value's variance that comes from the seeds; NaN with one at a budget."""
        return math.fsum(v / n for v, n in zip(self.seed_variances, self.seeds, strict=True))

    @property
    def standard_error(self) -> float:
        """NaN where a budget has one seed."""
        return math.sqrt(self.seed_variance + self.example_variance)

    @cached_property
    def degrees_of_freedom(self) -> float:
        """Satterthwaite's (1946, Biometrics Bull. 2) degrees of freedom of `seed_variance`."""
        squares = math.fsum(
            (v / n) ** 2 / (n - 1) for v, n in zip(self.seed_variances, self.seeds, strict=True)
        )
        return self.seed_variance**2 / squares if squares else math.inf

    def interval(self, confidence: float = 0.95) -> Interval | None:
        """Two-sided interval; None where the spread is unknown.

        It is unknown with one seed at a budget, and where all seeds gave one and the same
        difference other than zero, which is how coarse rounding looks. If every difference
        is exactly zero, the interval is zero, too.
        """
        error = self.standard_error
        if error < FLOAT_NOISE and abs(self.value) < FLOAT_NOISE:
            return Interval(0.0, 0.0)
        if math.isnan(error) or error < FLOAT_NOISE:
            return None
        half = self.critical(1 - confidence) * error
        return Interval(self.value - half, self.value + half)

    def p_value(self) -> float:
        """Two-sided, for a true value of zero; 1 where there is no interval.

        It is the largest `p` at which the interval of confidence `1 - p` still reaches zero.
        """
        if self.interval() is None or abs(self.value) < FLOAT_NOISE:
            return 1.0
        ratio = abs(self.value) / self.standard_error
        if self.critical(SMALLEST_P) <= ratio:
            return SMALLEST_P
        root = optimize.brentq(
            lambda log_p: self.critical(math.exp(log_p)) - ratio, math.log(SMALLEST_P), 0.0
        )
        return math.exp(root)

    def critical(self, alpha: float) -> float:
        """Half the interval's width in standard errors, by Cochran (1964, Biometrics 20).

        The quantiles of the two parts are averaged by their variances: Student's with
        `degrees_of_freedom` for the seeds, `examples - 1` for the examples. Satterthwaite's
        quantile for the sum of the parts would cover 92 % with three seeds at one budget,
        where a variance that is low by chance also passes for a well-known one; this one
        covers at least 95 % from three seeds on, and 94.5 % with two.
        """
        quantile = 1 - alpha / 2
        parts = [(self.seed_variance, self.degrees_of_freedom)]
        if self.examples is not None:
            parts.append((self.example_variance, self.examples - 1))
        weighted = math.fsum(
            v * special.stdtrit(degrees_of_freedom, quantile) for v, degrees_of_freedom in parts
        )
        return weighted / (self.seed_variance + self.example_variance)

    def with_seeds(self, seeds: int) -> Self:
        """The same value and spread with at least `seeds` seeds at every budget."""
        return replace(self, seeds=tuple(max(seeds, now) for now in self.seeds))


def weighted_sum(
    budgets: Sequence[BudgetMoments], weights: Sequence[float], *, over_examples: bool
) -> Estimate:
    """The sum of `weights` times the budgets' means, with its error.

    The components are the mean squares' (Searle et al. 1992): for one budget the variance is
    `(MS_seeds + MS_examples - MS_residual) / (S N)`. There is no exact bootstrap for crossed
    samples (McCullagh 2000, Bernoulli 6): the percentile one covers 85 % with three seeds and
    25,000 examples, since three seeds resampled vary too little, and 97 % with 2,400, since
    it counts the residual three times (Owen 2007, 10.1214/07-AOAS122). This one needs no
    random numbers either.
    """
    spreads = [
        float(budget.means.var(ddof=1)) if len(budget.means) > 1 else math.nan for budget in budgets
    ]
    estimate = Estimate(
        value=math.fsum(
            w * float(budget.means.mean()) for w, budget in zip(weights, budgets, strict=True)
        ),
        seeds=tuple(len(budget.means) for budget in budgets),
        seed_variances=tuple(w**2 * spread for w, spread in zip(weights, spreads, strict=True)),
    )
    if not over_examples:
        return estimate
    variance, examples = _example_variance(budgets, weights)
    return replace(estimate, example_variance=variance, examples=examples)


def mean_difference(budgets: Sequence[PairedRuns], *, over_examples: bool) -> Estimate:
    """The mean difference over the budgets, each with the same weight whatever its seeds."""
    weights = [1 / len(budgets)] * len(budgets)
    return weighted_sum(
        [budget.moments for budget in budgets], weights, over_examples=over_examples
    )


def slope(budgets: Sequence[PairedRuns], *, over_examples: bool) -> Estimate | None:
    """Change of the difference at each doubling of the budget; None with one budget.

    The least-squares slope against log2 of the budget, which is a weighted sum of the budgets'
    means; its error comes from the seeds and examples, not from the fit.
    """
    if len({budget.limit for budget in budgets}) < 2:
        return None
    logs = np.log2([budget.limit for budget in budgets])
    centred = logs - logs.mean()
    weights = (centred / (centred @ centred)).tolist()
    return weighted_sum(
        [budget.moments for budget in budgets], weights, over_examples=over_examples
    )


def probability_first_better(
    differences: NDArray[np.float64], confidence: float = 0.95
) -> Probability:
    """P(A > B): how often a run of the first cell beats its pair; a tie counts half.

    The measure is that of Bouthillier et al. 2021 (2103.03098). Its interval is Clopper and
    Pearson's (1934), which covers at least its nominal rate at any number of seeds; their
    percentile bootstrap has no width when one cell wins every time.
    """
    pairs = len(differences)
    signs = np.sign(np.where(np.abs(differences) < FLOAT_NOISE, 0.0, differences))
    wins = float((signs + 1).sum() / 2)
    tail = (1 - confidence) / 2
    low = special.betaincinv(wins, pairs - wins + 1, tail) if wins > 0 else 0.0
    high = special.betaincinv(wins + 1, pairs - wins, 1 - tail) if wins < pairs else 1.0
    return Probability(wins / pairs, Interval(float(low), float(high)))


class Holm(NamedTuple):
    """What Holm's procedure says of each hypothesis."""

    adjusted: tuple[float, ...]  # p-values, in the order given
    confidences: tuple[float, ...]  # of the intervals that agree with the decisions


def holm(p_values: Sequence[float], alpha: float = 0.05) -> Holm:
    """Holm's (1979, Scand. J. Statist. 6) step-down procedure.

    Each hypothesis also gets the confidence `1 - level` of the level at which the procedure
    tested it (those after the first that is not rejected: the level at which it stopped). An
    interval of that confidence excludes zero exactly where Holm rejects, and is never narrower
    than the unadjusted one. Taken one by one such intervals cover at least `1 - alpha`; taken
    together they are not simultaneous.
    """
    adjusted = [1.0] * len(p_values)
    confidences = [1 - alpha] * len(p_values)
    highest, level = 0.0, alpha
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        left = len(p_values) - rank
        if highest <= alpha:
            level = alpha / left
        highest = max(highest, min(1.0, left * p_values[index]))
        adjusted[index] = highest
        confidences[index] = 1 - level
    return Holm(tuple(adjusted), tuple(confidences))


def _example_variance(
    budgets: Sequence[BudgetMoments], weights: Sequence[float]
) -> tuple[float, int]:
    """Variance of the weighted sum that is due to the choice of the test examples."""
    known = [budget.totals for budget in budgets if budget.totals is not None]
    sizes = {len(totals) for totals in known}
    if len(known) < len(budgets) or len(sizes) != 1:
        raise UserError(
            "An interval over test examples needs correctness on the same test examples at "
            f"every budget, but {len(known)} of {len(budgets)} have it, of sizes {sorted(sizes)}."
        )
    examples = sizes.pop()
    sums = np.zeros(examples)
    noise = 0.0
    for budget, totals, weight in zip(budgets, known, weights, strict=True):
        sums += (weight / len(budget.means)) * totals
        noise += weight**2 * budget.residual / len(budget.means)
    if examples < 2:
        return math.nan, examples
    # Sampling noise can leave less spread between examples than the residual explains.
    return max(0.0, (float(sums.var(ddof=1)) - noise) / examples), examples
