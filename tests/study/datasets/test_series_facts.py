"""What is said of series of numbers."""

from pathlib import Path

import numpy as np

from study.datasets.description import describe
from study.datasets.metric import Metric
from study.datasets.warnings import warnings
from tests.support.series import made_up, prepared, save_npz

SPLIT = np.array((["train"] * 6 + ["test"] * 4) * 2)


def test_series_are_described(tmp_path: Path) -> None:
    values = made_up()
    facts = prepared(save_npz(tmp_path / "a.npz", x=values)).facts
    told = describe(facts, Metric.ACCURACY)
    assert told["Series"].startswith("5 steps at the median, 5 at the 95th percentile, 5 at most.")
    assert "All are read." in told["Series"]
    assert f"2 a step: 1: {values[..., 0].min():.4g} to " in told["Features"]
    assert "0 in training and validation repeat" in told["Equal series"]
    few = "The 4 test examples are few for a margin of 1 points"
    (warning,) = warnings(facts, Metric.ACCURACY, 0.01)
    assert warning.startswith(few)


def test_what_would_mislead_is_said(tmp_path: Path) -> None:
    values = made_up()
    values[..., 0] = 1  # tells nothing apart
    values[SPLIT == "test", :, 1] *= 100  # measured in other units
    values[1] = values[0]  # repeats
    values[6, -2:] = values[0, -2:]  # is in test too, as far as it is read
    path = save_npz(tmp_path / "a.npz", x=values, split=SPLIT)
    facts = prepared(path, sequence_length=2).facts
    told = " ".join(warnings(facts, Metric.ACCURACY, 1))
    assert "100.0 % of the series are longer than the last 2 steps that are read" in told
    assert "Constant in training, so that they tell nothing apart: feature 1;" in told
    assert "In feature 2 more than 1.0 % of the test split's values lie over 10" in told
    assert (facts.repeated, facts.copied) == (1, 0)
    values[6] = values[0]
    copied = prepared(save_npz(tmp_path / "b.npz", x=values, split=SPLIT)).facts
    assert copied.copied == 1
    assert "1 of 8 test examples are series that stand in training" in " ".join(
        warnings(copied, Metric.ACCURACY, 1)
    )
