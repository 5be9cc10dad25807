import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts.figure import charts_of, figures
from reports.charts.hyperparameters import MOST_POINTS
from reports.drawing import axes
from reports.drawing.chart import (
    Bars,
    Chart,
    Emphasis,
    Line,
    Orientation,
    Points,
    ReferenceLine,
    subsample,
)
from reports.findings.answer import accuracy_of, answer, complete_trials
from reports.findings.frontier import frontier
from reports.findings.importances import importances
from reports.findings.search import progress, sized_trials
from reports.words.labels import shortened, slug
from study.trials.record import Status, StudyRecord
from tests.support.records import confirmed_record, hostile_record, incomplete_record, search_record

NUMBERS = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-6)


def charts(record: StudyRecord) -> dict[str, Chart]:
    """Every chart by its key."""
    return {chart.key: chart for chart in charts_of(figures(record, answer(record)))}


def hyperparameter_charts(record: StudyRecord) -> list[Chart]:
    return [chart for key, chart in charts(record).items() if key.startswith("hyperparameter-")]


def of_kind(chart: Chart, weight: Emphasis) -> list[Points]:
    return [each for each in chart.layers if isinstance(each, Points) and each.emphasis is weight]


@given(st.lists(NUMBERS, min_size=1))
def test_a_linear_axis_holds_its_numbers_and_has_ticks(numbers: list[float]) -> None:
    axis = axes.linear_axis("", numbers)
    assert axis.low < min(numbers) <= max(numbers) < axis.high
    assert 2 <= len(axis.ticks) <= 9
    excess = 1e-9 * (axis.high - axis.low)  # a tick may lie on the end, but for rounding
    assert all(axis.low - excess <= tick.value <= axis.high + excess for tick in axis.ticks)
    assert len({tick.label for tick in axis.ticks}) == len(axis.ticks)


@given(st.lists(st.integers(1, 10**9), min_size=1))
def test_a_logarithmic_axis_holds_its_numbers_and_has_ticks(numbers: list[int]) -> None:
    axis = axes.log_axis("", numbers)
    assert 0 < axis.low < min(numbers) <= max(numbers) < axis.high
    assert 1 <= len(axis.ticks) <= 7
    assert all(axis.low <= tick.value <= axis.high for tick in axis.ticks)


@given(st.floats(1e-6, 1e8), st.floats(1.0, 1e5))
def test_ticks_of_a_logarithmic_axis_are_labelled_with_their_values(low: float, by: float) -> None:
    for tick in axes.log_axis("", [low, by * low]).ticks:
        assert float(tick.label.replace(",", "")) == pytest.approx(tick.value)


@given(st.lists(st.floats(0, 1)))
def test_an_axis_of_accuracies_stays_within_what_is_possible(values: list[float]) -> None:
    axis = axes.accuracy_axis("", values)
    assert 0 <= axis.low < axis.high <= 1
    assert all(axis.low <= value <= axis.high for value in values)


def test_ticks_are_round() -> None:
    assert [tick.label for tick in axes.accuracy_axis("", [0.62, 0.79]).ticks] == [
        "65 %",
        "70 %",
        "75 %",
        "80 %",
    ]
    assert [tick.label for tick in axes.points_axis("", [-0.013, 0.005]).ticks] == [
        "\N{MINUS SIGN}1.0",
        "\N{MINUS SIGN}0.5",
        "0",
        "+0.5",
    ]


@pytest.mark.parametrize(
    "record",
    [search_record(), confirmed_record(), incomplete_record(), hostile_record()],
    ids=["search", "confirmed", "incomplete", "hostile"],
)
def test_everything_drawn_lies_within_the_axes(record: StudyRecord) -> None:
    every = charts_of(figures(record, answer(record)))
    assert len({chart.key for chart in every}) == len(every)
    for chart in every:
        for layer in chart.layers:
            if isinstance(layer, Points | Line):
                assert len(layer.x) == len(layer.y)
                assert all(chart.x.low <= x <= chart.x.high for x in layer.x), chart.key
                assert all(chart.y.low <= y <= chart.y.high for y in layer.y), chart.key
            if isinstance(layer, ReferenceLine):
                assert chart.x.low <= layer.value <= chart.x.high


def test_of_a_search_alone_the_frontier_is_marked_optimistic() -> None:
    record = search_record()
    chart = charts(record)["accuracy-by-size"]
    lines = [layer for layer in chart.layers if isinstance(layer, Line)]
    assert [line.label for line in lines] == [
        "LSTM, optimistic frontier",
        "GRU, optimistic frontier",
    ]
    edge = frontier(sized_trials(record, "lstm"))
    assert lines[0].x == tuple(model.parameters for model in edge)
    assert not of_kind(chart, Emphasis.BOLD)


def test_a_confirmed_frontier_goes_through_means_not_trial_maxima() -> None:
    record = confirmed_record()
    found = answer(record)
    chart = charts(record)["accuracy-by-size"]
    lines = [layer for layer in chart.layers if isinstance(layer, Line)]
    for cell, line, points in zip(record.cells, lines, of_kind(chart, Emphasis.BOLD), strict=True):
        means = [float(answered.accuracies(cell).mean()) for answered in found.budgets]
        assert points.y == pytest.approx(means)
        assert set(line.y) <= set(points.y)
        assert points.x == tuple(answered.budget.counts[cell] for answered in found.budgets)
    rules = [layer.label for layer in chart.layers if isinstance(layer, ReferenceLine)]
    assert rules == ["20,736", "10,368", "5,184", "2,592"]


def test_costs_are_medians_with_the_range_over_seeds() -> None:
    record = confirmed_record(trials=8)
    found = answer(record)
    training = charts(record)["accuracy-by-training-time"]
    ranges = [b for b in training.layers if isinstance(b, Bars) and b.orientation is Orientation.X]
    for cell, points, bars in zip(
        record.cells, of_kind(training, Emphasis.BOLD), ranges, strict=True
    ):
        costs = [
            [run.training_seconds or 0 for run in budget.runs[cell]] for budget in found.budgets
        ]
        assert points.x == pytest.approx([np.median(each) for each in costs])
        assert bars.low == tuple(min(each) for each in costs)
        assert bars.high == tuple(max(each) for each in costs)
        assert bars.at == points.y


def test_pruned_and_failed_trials_are_no_points() -> None:
    record = search_record(100)
    chart = charts(record)["accuracy-by-size"]
    drawn = sum(len(points.x) for points in of_kind(chart, Emphasis.FAINT))
    assert drawn == sum(trial.status is Status.COMPLETE for trial in record.trials)


def test_the_difference_chart_shows_both_intervals_of_each_budget() -> None:
    record = confirmed_record()
    found = answer(record)
    chart = charts(record)["difference-by-budget"]
    seeds, both, overall = (layer for layer in chart.layers if isinstance(layer, Bars))
    comparisons = [answered.comparison for answered in found.budgets]
    assert list(zip(seeds.low, seeds.high, strict=True)) == [c.interval_seeds for c in comparisons]
    assert list(zip(both.low, both.high, strict=True)) == [
        c.interval_seeds_examples for c in comparisons
    ]
    assert found.verdict is not None
    assert found.verdict.interval == (overall.low[0], overall.high[0])
    assert chart.ends == ("GRU more accurate", "LSTM more accurate")


def test_one_seed_is_drawn_without_intervals() -> None:
    record = confirmed_record(trials=8, replicates=1)
    for chart in charts(record).values():
        assert all(not layer.at for layer in chart.layers if isinstance(layer, Bars)), chart.key


def test_best_so_far_counts_every_finished_trial_of_the_cell() -> None:
    record = search_record(60)
    told = progress(record, "gru")
    finished = [trial for trial in record.trials if trial.cell == "gru" and trial.finished]
    naive = [
        max((accuracy_of(t) for t in complete_trials(finished[:n])), default=math.nan)
        for n in range(1, len(finished) + 1)
    ]
    for tried, best in zip(told.tried, told.best, strict=True):
        assert naive[tried - 1] == best
    assert told.tried[-1] == len(finished)
    values = np.array([accuracy_of(trial) for trial in complete_trials(finished)])
    assert told.expected[0] == pytest.approx(values.mean())
    assert told.expected[-1] == pytest.approx(values.max())


def test_progress_of_a_cell_without_trials_is_empty() -> None:
    record = replace(search_record(), trials=())
    assert progress(record, "lstm").best == ()
    assert charts(record)["best-so-far"].x.high > 1


def test_hyperparameters_are_subsampled_but_for_the_best() -> None:
    record = search_record(2_000)
    for chart in hyperparameter_charts(record):
        assert all(len(points.x) <= MOST_POINTS for points in of_kind(chart, Emphasis.FAINT))
        best = max(accuracy_of(trial) for trial in complete_trials(record.trials, "lstm"))
        assert of_kind(chart, Emphasis.BOLD)[0].y == (best,)


def test_categories_keep_the_cells_apart() -> None:
    record = search_record(20)
    trials = tuple(
        replace(
            one, hyperparameters={"architecture": "2 forward" if one.number % 3 else "1 forward"}
        )
        for one in record.trials
    )
    (chart,) = hyperparameter_charts(replace(record, trials=trials))
    assert [tick.label for tick in chart.x.ticks] == ["1 forward", "2 forward"]
    first, second = of_kind(chart, Emphasis.FAINT)
    assert set(first.x) == {-0.12, 0.88}
    assert set(second.x) == {0.12, 1.12}


def test_categories_that_are_numbers_stand_in_their_order() -> None:
    record = search_record(20)
    sizes = ("128", "32", "64")
    trials = tuple(
        replace(one, hyperparameters={"batch_size": sizes[one.number % 3]}) for one in record.trials
    )
    (chart,) = hyperparameter_charts(replace(record, trials=trials))
    assert [tick.label for tick in chart.x.ticks] == ["32", "64", "128"]


def test_importances_sum_to_one_and_find_what_matters() -> None:
    shares = importances(search_record(300), "lstm")
    assert shares is not None
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=shares.__getitem__) == "units"


def test_too_few_trials_have_no_importances() -> None:
    assert importances(search_record(12), "lstm") is None
    assert "importances" not in charts(search_record(12))


def test_equally_good_trials_have_no_importances() -> None:
    record = search_record(40)
    trials = tuple(replace(one, validation_accuracy=0.5) for one in record.trials)
    assert importances(replace(record, trials=trials), "lstm") is None


@given(st.integers(0, 3_000), st.integers(2, 700))
def test_a_subsample_has_the_ends_and_the_order(items: int, most: int) -> None:
    chosen = subsample(items, most)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(items, most)
    assert not items or (chosen[0], chosen[-1]) == (0, items - 1)


def test_names_of_files_and_ticks_are_tame() -> None:
    assert slug("../Größe <b>") == "gr-e-b"
    assert slug("\u202e") == "x"
    assert shortened("a" * 30) == "a" * 17 + "\N{HORIZONTAL ELLIPSIS}"
