"""What is said of series of numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from study.datasets.dataset import Dataset
from study.datasets.description import describe
from study.datasets.metric import Metric
from study.datasets.warnings import warnings
from tests.support.commands import ROOT
from tests.support.series import labels, long_frame, made_up, prepared, save_npz, save_ts

SHARED = ROOT.parent / "shared/data"
SPLIT = np.array((["train"] * 6 + ["test"] * 4) * 2)


def test_series_are_described(tmp_path: Path) -> None:
    values = made_up()
    facts = prepared(save_npz(tmp_path / "a.npz", x=values)).facts
    told = describe(facts, Metric.ACCURACY)
    assert told["Series"].startswith("5 steps at the median, 5 at the 95th percentile, 5 at most.")
    assert "All are read." in told["Series"]
    assert told["Features"].startswith("2 a step. Each is standardised")
    assert told["Values"].startswith(f"{values.min():.4g} (feature ")
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


def told_of(dataset: Dataset) -> str:
    return " ".join(warnings(dataset.facts, Metric.ACCURACY, 1))


def waves(steps: int = 40) -> NDArray[Any]:
    """Smooth series, (20, steps, 2), of which no step is 0."""
    phases = made_up(steps=1)
    return np.sin(phases + np.arange(steps)[None, :, None] / 5) + 2


def zeros(values: NDArray[Any], *, at_end: bool, both: bool = False) -> NDArray[Any]:
    """Every second series with steps of zeros."""
    for number, one in enumerate(values[::2]):
        if at_end or both:
            one[-3 - number :] = 0
        if both or not at_end:
            one[: 3 + number] = 0
    return values


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (waves(), None),
        (waves().transpose(0, 2, 1), "2 steps of 40 features, but looks like 2 features of 40"),
        (zeros(waves(), at_end=True), "10 series end in steps of zeros"),
        (zeros(waves(), at_end=False), "10 series begin in steps of zeros"),
        (zeros(waves(), at_end=True, both=True), None),  # as images have
        (np.cumsum(waves(), axis=1), "Features 1, 2 rise from step to step in every series"),
    ],
)
def test_arrays_that_look_otherwise_meant_are_asked_about(
    tmp_path: Path, values: NDArray[Any], expected: str | None
) -> None:
    told = told_of(prepared(save_npz(tmp_path / "a.npz", x=values)))
    assert (expected in told) if expected else not told


def test_a_table_asks_for_the_column_of_its_steps(tmp_path: Path) -> None:
    frame = long_frame(made_up(), labels())
    path = tmp_path / "a.csv"
    frame.to_csv(path, index=False)
    assert not told_of(prepared(path, id_column="id", step_column="step"))
    told = told_of(prepared(path, id_column="id"))
    assert told.startswith("Feature step rises from step to step in every series.")
    frame.sample(frac=1, random_state=0).to_csv(path, index=False)
    assert not told_of(prepared(path, id_column="id", step_column="step"))
    told = told_of(prepared(path, id_column="id"))
    assert told.startswith("The rows of 20 series do not follow one another")
    assert told.endswith("--step-column step.")


def test_a_test_file_that_is_not_there_is_missed(tmp_path: Path) -> None:
    path = save_ts(tmp_path / "Waves_TRAIN.ts", made_up(), labels())
    assert told_of(prepared(path)).startswith("There is no Waves_TEST.ts beside Waves_TRAIN.ts")
    save_ts(tmp_path / "Waves_TEST.ts", made_up(seed=1), labels())
    assert not told_of(prepared(path))


@pytest.mark.parametrize("name", ["JapaneseVowels_TRAIN.ts", "mnist-rows.npz"])
def test_sane_series_are_not_doubted(tmp_path: Path, name: str) -> None:
    if not (SHARED / name).exists():
        pytest.skip(f"{name} is not beside the project")
    assert not told_of(prepared(SHARED / name, tmp_path))
