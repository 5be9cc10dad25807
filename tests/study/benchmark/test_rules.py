"""Stopping rules and criteria on a table of trainings."""

from pathlib import Path

import numpy as np
import pytest

from study.benchmark.tabulated import rules
from study.benchmark.tabulated.rules import Choice, Curves, Searches, criteria, stopping
from study.benchmark.tabulated.stopping import StoppingRule
from study.benchmark.tabulated.trainings import TrainingTable
from tests.support.made_up.trainings import made_up

SHORT = StoppingRule(3, 20)


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    return made_up()


def test_a_training_is_chosen_by_what_its_rule_sees(table: TrainingTable) -> None:
    curves = Curves.stopped(table, SHORT)
    loss = table.arrays.loss[1, 1, 0, 1, 2, 1]
    correct = table.arrays.validation[1, 1, 0, 1, 2, 1]
    epochs = int(SHORT.trained(loss))
    place = 1, 20 + 10 * 0 + 5 * 1 + 2, 1
    assert curves.trained[place] == epochs < np.isfinite(loss).sum()
    assert curves.by_loss().epoch[place] == loss[:epochs].argmin()
    assert curves.by_loss().score[place] == pytest.approx(loss[:epochs].min())
    accuracy = correct[:epochs] / table.plan.dataset.sizes["validation"]
    assert curves.by_accuracy().epoch[place] == accuracy.argmax()
    assert curves.by_accuracy().score[place] == -accuracy.max()
    smoothed = [accuracy[max(0, epoch - 1) : epoch + 2].mean() for epoch in range(epochs)]
    assert curves.by_smoothed_accuracy().epoch[place] == np.argmax(smoothed)
    assert curves.by_smoothed_accuracy().score[place] == pytest.approx(-np.max(smoothed))


def test_a_winner_is_worth_what_it_is_on_other_splits(table: TrainingTable) -> None:
    curves = Curves.stopped(table, SHORT)
    epoch = curves.by_loss().epoch
    cells, points, seeds = epoch.shape
    score = np.ones(epoch.shape)
    score[:, 3] = 0  # of half the width
    capped = np.zeros(epoch.shape, np.bool_)
    capped[1, 23, :2] = True
    found = Searches.drawn(curves, Choice(epoch, score), capped, points, 50)
    test = np.take_along_axis(curves.test, epoch[..., None], axis=-1)[..., 0]
    for cell in range(cells):
        of_wide = test[cell, 20 + 3]
        possible = {round(float(np.delete(of_wide, seed).mean()), 12) for seed in range(seeds)}
        assert {round(float(value), 12) for value in found.found[cell]} == possible
    assert found.capped.tolist() == pytest.approx([0, 2 / 3])


def test_more_trials_find_no_less(table: TrainingTable) -> None:
    curves = Curves.stopped(table, table.rule)
    nowhere = np.zeros(curves.trained.shape, np.bool_)
    means = [
        Searches.drawn(curves, curves.by_loss(), nowhere, trials, 400).found.mean()
        for trials in (1, 4, 16)
    ]
    assert means == sorted(means)
    assert means[0] < means[-1]


def test_the_tables_have_a_row_for_every_rule(table: TrainingTable) -> None:
    stops, chosen = stopping(table, 20), criteria(table, 20)
    assert [row[:2] for row in stops.rows] == [
        (patience, cap) for cap in rules.CAPS for patience in rules.PATIENCES
    ]
    epochs = np.array([row[3] for row in stops.rows[-4:]], np.float64)
    assert (np.diff(epochs) >= 0).all()
    assert [row[0] for row in chosen.rows[::3]] == list(rules.TRIALS)
    for each in (stops, chosen):
        assert all(len(row) == len(each.columns) for row in each.rows)
        each.to_rich()


def test_rules_are_measured_on_a_stored_table(table: TrainingTable, tmp_path: Path) -> None:
    table.save(tmp_path / "table.npz")
    found = rules.measure(5, tmp_path / "table.npz")
    assert [one.name for one in found] == ["rules_stopping", "rules_criteria"]
