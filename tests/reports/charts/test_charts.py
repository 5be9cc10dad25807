from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts.figure import charts_of, figures
from reports.charts.hyperparameters import MOST_POINTS
from reports.drawing.chart import (
    STYLES,
    Bars,
    Chart,
    Emphasis,
    Line,
    Orientation,
    Points,
    ReferenceLine,
    subsample,
)
from reports.findings.answer import accuracy_of, answer, loss_of
from reports.findings.confirmation import by_search, runs_of
from reports.findings.frontier import frontier
from reports.findings.importances import importances
from reports.findings.search import asked_trials, sized_trials, winning_trials
from reports.words.labels import shortened, slug
from study.question.flag_values import Searches
from study.trials.record import Status, StudyRecord
from tests.support.made_up.records import (
    confirmed_record,
    hostile_record,
    incomplete_record,
    search_record,
    several_cells,
)


def charts(record: StudyRecord) -> dict[str, Chart]:
    """Every chart by its key."""
    return {chart.key: chart for chart in charts_of(figures(record, answer(record)))}


def hyperparameter_charts(record: StudyRecord) -> list[Chart]:
    return [chart for key, chart in charts(record).items() if key.startswith("hyperparameter-")]


def of_kind(chart: Chart, weight: Emphasis) -> list[Points]:
    return [each for each in chart.layers if isinstance(each, Points) and each.emphasis is weight]


@pytest.mark.parametrize(
    "record",
    [
        search_record(),
        confirmed_record(),
        incomplete_record(),
        hostile_record(),
        several_cells(4),
        confirmed_record(searched=1, confirmed=1, planned=Searches(1, 1), replicates=1),
        confirmed_record(failing={"lstm": 0.3}, capped=0.3, budgets=1),
    ],
    ids=["search", "confirmed", "incomplete", "hostile", "four", "one", "failing"],
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
    linear, *lines = [layer for layer in chart.layers if isinstance(layer, Line)]
    assert found.linear is not None
    assert {*linear.y} == {found.linear.accuracy}
    for cell, line, points in zip(record.cells, lines, of_kind(chart, Emphasis.BOLD), strict=True):
        means = [float(by_search(answered, cell).mean()) for answered in found.budgets]
        assert points.y == pytest.approx(means)
        assert set(line.y) <= set(points.y)
        assert points.x == tuple(answered.winners[0].counts[cell] for answered in found.budgets)
    rules = [layer.label for layer in chart.layers if isinstance(layer, ReferenceLine)]
    assert rules == ["20,736", "5,184", "1,296"]


def test_costs_are_medians_with_the_range_over_runs() -> None:
    record = confirmed_record()
    found = answer(record)
    training = charts(record)["accuracy-by-training-time"]
    ranges = [b for b in training.layers if isinstance(b, Bars) and b.orientation is Orientation.X]
    for cell, points, bars in zip(
        record.cells, of_kind(training, Emphasis.BOLD), ranges, strict=True
    ):
        costs = [
            [run.training_seconds or 0 for run in runs_of(answered, cell)]
            for answered in found.budgets
        ]
        assert points.x == pytest.approx([np.median(each) for each in costs])
        assert bars.low == tuple(min(each) for each in costs)
        assert bars.high == tuple(max(each) for each in costs)
        assert bars.at == points.y


def test_pruned_and_failed_trials_are_no_points() -> None:
    record = search_record(16, 2)
    chart = charts(record)["accuracy-by-size"]
    drawn = sum(len(points.x) for points in of_kind(chart, Emphasis.FAINT))
    assert drawn == sum(trial.status is Status.COMPLETE for trial in record.trials)


def test_every_search_is_a_dot_over_its_interval_and_prediction() -> None:
    record = confirmed_record()
    found = answer(record)
    assert found.verdict is not None
    chart = charts(record)["difference-by-search"]
    predictions, *intervals = (layer for layer in chart.layers if isinstance(layer, Bars))
    comparisons = [each.comparisons[0] for each in found.budgets]
    assert list(zip(predictions.low, predictions.high, strict=True)) == [
        each.prediction for each in comparisons
    ]
    mean = found.verdict.mean_over_budgets
    assert mean is not None
    told = [(bars.low[0], bars.high[0]) for bars in intervals]
    assert told == [*(each.interval for each in comparisons), mean.interval]
    (dots,) = of_kind(chart, Emphasis.PLAIN)
    assert dots.x == tuple(np.concatenate([each.differences for each in comparisons]).tolist())
    headline, others = of_kind(chart, Emphasis.BOLD)
    assert headline.x == (found.verdict.headline.difference,)
    assert len(others.x) == 3
    assert chart.ends == ("GRU more accurate", "LSTM more accurate")


def test_before_a_look_no_interval_is_drawn() -> None:
    drawn = charts(confirmed_record(searched=3, confirmed=3))
    for key in ("difference-by-search", "difference-by-effort"):
        assert all(not layer.at for layer in drawn[key].layers if isinstance(layer, Bars)), key
    assert len(of_kind(drawn["difference-by-search"], Emphasis.PLAIN)[0].x) == 3 * 3


def test_one_search_is_drawn_without_intervals() -> None:
    record = confirmed_record(searched=1, confirmed=1, planned=Searches(1, 1))
    for key, chart in charts(record).items():
        bars = [layer for layer in chart.layers if isinstance(layer, Bars)]
        if not key.startswith("accuracy-by-"):  # costs range over the seeds
            assert not any(layer.at for layer in bars), key
        upright = [layer for layer in bars if layer.orientation is Orientation.Y]
        assert not any(layer.at for layer in upright), key
    assert "luck" not in charts(record)


def test_every_pair_of_several_cells_has_a_row() -> None:
    drawn = charts(several_cells(4))
    assert len(drawn["difference-by-pair"].y.ticks) == 6
    means = [x for each in of_kind(drawn["difference-by-pair"], Emphasis.BOLD) for x in each.x]
    assert len(means) == 6
    assert min(means) >= 0
    assert "difference-by-pair" not in charts(confirmed_record())


def test_each_cell_has_a_style_of_its_own_in_every_chart() -> None:
    record = several_cells(4)
    for key in ("accuracy-by-size", "accuracy-by-search", "accuracy-by-effort"):
        styles = {points.style for points in of_kind(charts(record)[key], Emphasis.BOLD)}
        assert styles == set(STYLES[:4]), key
    assert len({style.colour for style in STYLES}) == len({style.marker for style in STYLES}) == 7


def test_effort_goes_from_a_quarter_to_all_trials() -> None:
    record = confirmed_record()
    found = answer(record)
    drawn = charts(record)
    for key in ("accuracy-by-effort", "difference-by-effort"):
        assert [tick.value for tick in drawn[key].x.ticks] == [2, 4, 8]
    (mean,) = of_kind(drawn["difference-by-effort"], Emphasis.BOLD)
    assert mean.y == tuple(step.comparison.difference for step in found.effort)
    cells = of_kind(drawn["accuracy-by-effort"], Emphasis.BOLD)
    for cell, points in zip(record.cells, cells, strict=True):
        assert points.y[-1] == pytest.approx(by_search(found.budgets[0], cell).mean())


def test_shares_of_luck_are_those_of_the_verdict() -> None:
    record = confirmed_record()
    verdict = answer(record).verdict
    assert verdict is not None
    shares = verdict.shares
    assert shares is not None
    (bars,) = (layer for layer in charts(record)["luck"].layers if isinstance(layer, Bars))
    assert bars.high == (shares.search, shares.seed, shares.examples)


def test_validation_and_test_share_no_run_that_failed() -> None:
    record = confirmed_record(failing={"lstm": 0.3})
    drawn = charts(record)["validation-against-test"]
    shown = sum(len(points.x) for points in of_kind(drawn, Emphasis.PLAIN))
    assert shown == sum(run.status is Status.COMPLETE for run in record.confirmations)


def test_hyperparameters_are_of_the_asked_budget_and_winners_bold() -> None:
    record = confirmed_record()
    for chart in hyperparameter_charts(record):
        faint = of_kind(chart, Emphasis.FAINT)
        assert [len(points.x) for points in faint] == [
            len(asked_trials(record, cell)) for cell in record.cells
        ]
        for cell, points in zip(record.cells, of_kind(chart, Emphasis.BOLD), strict=True):
            won = winning_trials(record, cell)
            assert len({trial.search for trial in won}) == len(won) == 4
            assert points.y == tuple(accuracy_of(trial) for trial in won)


def test_hyperparameters_are_subsampled_but_for_the_best() -> None:
    record = search_record(700)
    for chart in hyperparameter_charts(record):
        assert all(len(points.x) <= MOST_POINTS for points in of_kind(chart, Emphasis.FAINT))
        best = min(asked_trials(record, "lstm"), key=loss_of)
        assert of_kind(chart, Emphasis.BOLD)[0].y == (accuracy_of(best),)


def with_values(name: str, values: tuple[str, ...]) -> StudyRecord:
    """Trials with nothing but one hyperparameter, its values in turn."""
    record = search_record()
    trials = tuple(
        replace(one, hyperparameters={name: values[one.slot // 6 % len(values)]})
        for one in record.trials
    )
    return replace(record, trials=trials)


def test_categories_keep_the_cells_apart() -> None:
    (chart,) = hyperparameter_charts(with_values("architecture", ("2 forward", "1 forward")))
    assert [tick.label for tick in chart.x.ticks] == ["1 forward", "2 forward"]
    first, second = of_kind(chart, Emphasis.FAINT)
    assert set(first.x) == {-0.12, 0.88}
    assert set(second.x) == {0.12, 1.12}


def test_categories_that_are_numbers_stand_in_their_order() -> None:
    (chart,) = hyperparameter_charts(with_values("batch_size", ("128", "32", "64")))
    assert [tick.label for tick in chart.x.ticks] == ["32", "64", "128"]


def test_importances_sum_to_one_and_find_what_matters() -> None:
    shares = importances(search_record(150), "lstm")
    assert shares is not None
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=shares.__getitem__) in {"learning_rate", "units"}


def test_too_few_trials_have_no_importances() -> None:
    assert importances(search_record(8), "lstm") is None
    assert "importances" not in charts(search_record(8))


def test_equally_good_trials_have_no_importances() -> None:
    record = search_record(20)
    trials = tuple(replace(one, validation_loss=0.5) for one in record.trials)
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
