"""What picking the best of many trials does to a figure."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate, weighted_sum
from reports.comparison.runs import BudgetMoments
from study.errors import UserError


def expected_best(accuracies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expected best accuracy of `n` trials, for n = 1 to all of them: (trials,).

    `accuracies` holds the validation accuracy of each finished trial, (trials,). The mean of
    the maximum over all subsets of `n` trials, which is unbiased (Tang et al. 2020,
    2004.13705, in place of the biased form of Dodge et al. 2019): the i-th smallest of N is
    the best of C(i-1, n-1) of the C(N, n) subsets. Raises `UserError` for values that are not
    finite.
    """
    ordered = np.sort(np.asarray(accuracies, dtype=np.float64))
    if not np.all(np.isfinite(ordered)):
        raise UserError(
            "The expected best needs finite accuracies: leave out trials that failed or were "
            "pruned."
        )
    trials = len(ordered)
    ranks = np.arange(1, trials + 1, dtype=np.float64)
    shares = np.full(trials, 1 / max(trials, 1))
    best = np.empty(trials)
    for n in range(1, trials + 1):
        best[n - 1] = shares[n - 1 :] @ ordered[n - 1 :]
        if n < trials:
            # C(i-1, n) / C(N, n+1) is C(i-1, n-1) / C(N, n) times (i-n) (n+1) / (n (N-n)).
            shares[n:] *= (ranks[n:] - n) * (n + 1) / (n * (trials - n))
    return best


def optimism(chosen: float, confirmed: NDArray[np.generic]) -> Estimate:
    """Validation accuracy when a candidate was chosen, minus its test accuracy.

    `confirmed` holds one cell's runs on fresh seeds: accuracies (seeds,), or correctness
    (seeds, examples), bool, which lets the interval account for the test sample, too. The
    chosen accuracy is one fixed number, so the interval is about how flattering this choice
    was (Cawley & Talbot 2010, JMLR 11).
    """
    accuracy = weighted_sum(
        [BudgetMoments.of_runs(confirmed)], [1.0], over_examples=confirmed.ndim > 1
    )
    return replace(accuracy, value=chosen - accuracy.value)
