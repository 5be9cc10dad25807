"""What picking the best of many trials does to a figure."""

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Estimate, mean
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


def optimism(chosen: NDArray[np.float64], confirmed: NDArray[np.float64]) -> Estimate:
    """Validation accuracy when a candidate was chosen, minus its test accuracy: the mean.

    Both hold one value a search, (searches,), fractions; the interval is over searches. Part of
    it is the choice (Cawley & Talbot 2010, JMLR 11), part what makes one split easier than the
    other.
    """
    return mean(chosen - confirmed)
