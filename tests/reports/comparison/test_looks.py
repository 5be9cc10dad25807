"""Levels of looks, against simulated t-statistics."""

import numpy as np
import pytest
from scipy import special

from reports.comparison.looks import look_levels


@pytest.mark.parametrize(("least", "most"), [(3, 12), (4, 12), (4, 4)])
def test_false_alarms_over_all_looks_are_one_in_twenty(least: int, most: int) -> None:
    studies = 100_000
    values = np.random.default_rng(least).standard_normal((studies, most))
    alarmed = np.zeros(studies, np.bool_)
    for searches, level in zip(range(least, most + 1), look_levels(least, most), strict=True):
        sample = values[:, :searches]
        t = sample.mean(axis=1) / sample.std(axis=1, ddof=1) * np.sqrt(searches)
        alarmed |= np.abs(t) > special.stdtrit(searches - 1, 1 - level / 2)
    assert alarmed.mean() == pytest.approx(0.05, abs=3.3 * np.sqrt(0.05 * 0.95 / studies))
