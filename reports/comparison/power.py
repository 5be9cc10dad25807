"""How many seeds a question needs."""

from scipy import special

from reports.comparison.estimate import Estimate

MOST_SEEDS = 1_000
"""More seeds than this are not proposed: nobody would train them."""


def seeds_to_decide(estimate: Estimate, margin: float, power: float = 0.8) -> int | None:
    """Seeds at every budget with which the verdict's rule would decide, with `power`.

    Taken for granted are the difference and its spread as measured, and no budget loses seeds
    that it has. The number is an approximation: the error is taken as known, its quantiles
    are not. None where the spread is unknown, or where `MOST_SEEDS` would not do: because the
    test sample's part, which no seed removes, is too large, or because the difference lies
    too near the margin.
    """
    if estimate.interval() is None:
        return None
    for seeds in range(min(estimate.seeds) + 1, MOST_SEEDS + 1):
        if _chance_to_decide(estimate.with_seeds(seeds), margin) >= power:
            return seeds
    return None


def _chance_to_decide(estimate: Estimate, margin: float) -> float:
    """Probability that a study like `estimate` ends better, equivalent or negligible."""
    error, value = estimate.standard_error, abs(estimate.value)
    detected = max(margin, estimate.critical(0.05) * error)
    within = margin - estimate.critical(0.1) * error
    # With D normal around `value`: P(|D| >= detected), then P(|D| < within).
    better = special.ndtr((value - detected) / error) + special.ndtr((-value - detected) / error)
    if within <= 0:
        return float(better)
    inside = special.ndtr((within - value) / error) - special.ndtr((-within - value) / error)
    return float(better + inside)
