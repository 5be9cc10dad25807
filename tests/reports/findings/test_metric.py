"""What is said and shown of a study whose metric is balanced accuracy."""

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reports.charts.figure import charts_of, figures
from reports.comparison.outcome import Outcome
from reports.exports.plotly import accuracy_by_parameters, difference_by_search
from reports.findings.answer import answer
from reports.findings.confirmation import by_search
from reports.words.labels import on_data
from reports.write import write
from study.datasets.metric import Metric
from study.trials.record import StudyRecord
from tests.support.made_up.data import LANGUAGES, TEST_LABELS
from tests.support.made_up.records import confirmed_record, search_record, several_cells

BALANCED = Metric.BALANCED_ACCURACY
CLASSES = len(LANGUAGES)


def balanced(record: StudyRecord) -> StudyRecord:
    return replace(record, metric=BALANCED)


def test_accuracies_are_means_over_the_classes() -> None:
    record = balanced(confirmed_record())
    asked = answer(record).budgets[0]
    for cell in record.cells:
        correct = asked.answers.correct[cell]
        shares = [correct[..., label == TEST_LABELS].mean(axis=2) for label in range(CLASSES)]
        assert asked.answers.accuracies(cell) == pytest.approx(np.mean(shares, axis=0))
    (found,) = asked.comparisons
    first, second = (by_search(asked, cell) for cell in record.cells)
    assert found.differences == pytest.approx(first - second)
    effort = answer(record).effort[0].comparison
    assert effort.difference != answer(confirmed_record()).effort[0].comparison.difference


def test_a_cell_that_answers_the_frequent_class_is_shown_for_what_it_is() -> None:
    """Where 19 of 20 examples are of one class, both cells seem alike."""
    record = confirmed_record()
    labels = np.where(np.arange(len(TEST_LABELS)) % 20, 0, 1).astype(np.int32)
    luck = np.random.default_rng(0)

    def answered(cell: str) -> str:
        right = labels == 0
        if cell == "lstm":  # half of the rare are found, at the cost of as many of the others
            right = luck.random(len(labels)) < np.where(labels, 0.5, 0.974)
        return base64.b64encode(np.packbits(right).tobytes()).decode()

    runs = tuple(replace(run, correct=answered(run.cell)) for run in record.confirmations)
    plain = replace(record, test_labels=labels, confirmations=runs)
    asked = answer(plain).budgets[0].answers
    for cell in record.cells:
        assert asked.accuracies(cell).mean() == pytest.approx(0.95, abs=0.005)
    found = answer(balanced(plain))
    assert found.verdict is not None
    asked = found.budgets[0].answers
    assert asked.accuracies("gru") == pytest.approx(0.5)
    assert asked.accuracies("lstm").mean() > 0.7
    assert found.verdict.below_majority == ("gru",)
    assert (found.verdict.outcome, found.verdict.winner) == (Outcome.BETTER, "lstm")


# That of training is not balanced.
ACCURACY = re.compile("(?<!balanced )(?<!training )(?<!in training, )accuracy", re.IGNORECASE)


@pytest.mark.parametrize(
    "record",
    [confirmed_record(), search_record(), several_cells(), confirmed_record(confirmed=2)],
    ids=["confirmed", "search", "three", "unfinished"],
)
def test_it_is_named_wherever_an_accuracy_is(record: StudyRecord, tmp_path: Path) -> None:
    record = balanced(record)
    found = answer(record)
    shown = figures(record, found)
    texts = [text for each in shown.values() if each for text in (each.caption, *each.notes)]
    for each in shown.values():
        if each:
            texts += [each.numbers.caption, *(str(column) for column in each.numbers.columns)]
    for chart in charts_of(shown):
        texts += [chart.title, chart.description, chart.x.label, chart.y.label]
    plots = [accuracy_by_parameters(record, found), difference_by_search(record, found)]
    texts += [json.dumps(plot.layout) for plot in plots if plot]
    assert not [text for text in texts if ACCURACY.search(text)]
    page = write(record, found, tmp_path).read_text(encoding="utf-8")
    assert "on surnames in balanced accuracy" in page
    assert "the mean over the classes of the share of each class" in page
    told = json.loads((tmp_path / "summary.json").read_text())
    assert told["metric"] == "balanced-accuracy"
    assert told["dataset"]["majority_baseline"] == pytest.approx(1 / CLASSES)


def test_of_accuracy_nothing_more_is_said(tmp_path: Path) -> None:
    record = confirmed_record()
    page = write(record, answer(record), tmp_path).read_text(encoding="utf-8")
    assert "alanced" not in page
    assert on_data("mails", Metric.ACCURACY) == "on mails"
    assert json.loads((tmp_path / "summary.json").read_text())["metric"] == "accuracy"
