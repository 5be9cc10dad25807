"""The answer for someone who decides; none of it says more than was shown."""

import re
from dataclasses import replace

import pytest

from reports.findings.answer import answer
from reports.page.decision import Decision, decision
from study.datasets.metric import Metric
from study.question.flag_values import Searches
from study.trials.record import StudyRecord
from tests.support.made_up.records import confirmed_record, search_record


def decided(record: StudyRecord) -> Decision:
    found = decision(record, answer(record))
    assert found is not None
    return found


def slowed(record: StudyRecord, cell: str, factor: float) -> StudyRecord:
    """The same, had a cell's runs taken so many times as long as every other's."""
    runs = (
        replace(run, training_seconds=10.0 * (factor if run.cell == cell else 1.0))
        for run in record.confirmations
    )
    return replace(record, confirmations=tuple(runs))


def test_the_better_cell_is_to_be_taken_with_its_price() -> None:
    record = confirmed_record()
    found = decided(slowed(record, "gru", 1.3))
    assert re.match(
        r"GRU is right 2\.\d percentage points more often than LSTM\.", found.difference
    )
    assert "That GRU is ahead of LSTM is shown: the true difference is between" in found.sure
    assert found.advice == "Take GRU, unless training time counts for more: it takes 30 % longer."
    assert decided(slowed(record, "lstm", 2.0)).advice == (
        "Take GRU, which trains faster, too: in 50 % less time."
    )
    assert decided(slowed(record, "gru", 1.01)).advice == (
        "Take GRU; it trains about as fast as LSTM."
    )


def test_no_share_of_the_time_is_told_where_the_times_overlap() -> None:
    record = confirmed_record()
    slow = slowed(record, "gru", 1.3)
    (first, *others) = slow.confirmations
    runs = (replace(first, training_seconds=20.0), *others)
    assert first.cell == "lstm"
    assert decided(replace(slow, confirmations=runs)).advice == (
        "Take GRU. Trainings took GRU 13 to 13 s and LSTM 10 to 20 s."
    )


def test_of_equal_cells_the_faster_one_is_named() -> None:
    record = confirmed_record(gains={"gru": 0.0}, margin=0.03, luck=0.002)
    found = decided(slowed(record, "lstm", 1.25))
    assert "is below 3.0 points is shown" in found.sure
    assert "(90 % confidence)" in found.sure
    assert found.advice.startswith("Take either of ")
    assert "does not matter. GRU trains in 20 % less time." in found.advice


def test_undecided_is_not_equal() -> None:
    found = decided(confirmed_record(gains={"gru": 0.008}, seed=3))
    assert "Neither is shown to be ahead" in found.sure
    assert "in favour of LSTM and" in found.sure
    assert re.search(r"does not decide between .* yet\. \d+ searches in all", found.advice)


def test_one_search_shows_nothing() -> None:
    found = decided(confirmed_record(searched=1, confirmed=1, planned=Searches(1, 1)))
    assert found.sure.startswith("Not at all: one search shows nothing of luck")


@pytest.mark.parametrize(
    ("linear", "said"),
    [
        (0.95, "does better than any cell (95.0 %), and costs next to nothing: begin with that."),
        (0.775, "But no cell is shown to beat a linear model of the same data"),
        (0.5, ""),
    ],
)
def test_a_linear_model_that_no_cell_beats_is_named(linear: float, said: str) -> None:
    advice = decided(confirmed_record(linear=linear)).advice
    assert said in advice
    assert ("linear model" in advice) == bool(said)


def test_another_metric_is_named() -> None:
    found = decided(confirmed_record(metric=Metric.BALANCED_ACCURACY))
    assert found.difference.startswith("The balanced accuracy of GRU is 2")


def test_before_a_verdict_nothing_is_advised() -> None:
    for record in (search_record(), confirmed_record(searched=3, confirmed=3)):
        assert decision(record, answer(record)) is None
