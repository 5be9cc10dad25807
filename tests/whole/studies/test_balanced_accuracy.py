"""A study of unequal classes: models that answer the frequent one look fine, until classes count.

The trainings are real. All texts are alike, so that there is nothing to learn but the numbers of
the classes.
"""

import csv
import math
from pathlib import Path

import pytest

from reports.comparison.outcome import Outcome
from reports.findings.answer import answer
from reports.findings.runs import unpack_correct
from search_spaces.spaces import SpaceName
from study.datasets.metric import Metric
from study.errors import UserError
from study.phases.identity import IDENTITY
from study.question.flag_values import Searches
from study.question.settings import Settings
from study.runs.archive import Archive
from tests.support.simulated.studies import run, settings, study_of

MAILS, TEST = 640, 200


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "mails.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "split"])
        for split, examples in (("train", MAILS), ("validation", TEST), ("test", TEST)):
            labels = ("spam" if number % 10 == 0 else "ham" for number in range(examples))
            writer.writerows(("mail", label, split) for label in labels)
    return path


def asked(mails: Path, folder: Path, metric: Metric) -> Settings:
    return settings(
        mails, folder, sequence_length=1, searches=Searches(2, 2), n_trials=4, budgets=1, epochs=3,
        space=SpaceName.BASIC, metric=metric,
    )  # fmt: skip


@pytest.fixture(scope="module")
def study(mails: Path, tmp_path_factory: pytest.TempPathFactory, training_process: None) -> Archive:
    return run(asked(mails, tmp_path_factory.mktemp("runs"), Metric.BALANCED_ACCURACY))


def test_models_that_answer_the_frequent_class_have_one_kth_and_no_verdict(study: Archive) -> None:
    record = study.record()
    assert len(record.confirmations) >= 4
    for one in record.confirmations:
        assert one.correct is not None
        assert unpack_correct(one.correct, TEST).mean() == 0.9
        assert one.test_accuracy == pytest.approx(0.5)
    for curve in (
        *(one.curve for one in record.trials),
        *(one.curve for one in record.confirmations),
    ):
        assert (curve[-1].accuracy, curve[-1].validation_accuracy) == (0.9, 0.5)
    found = answer(record)
    assert found.verdict is not None
    assert found.verdict.majority == pytest.approx(0.5)
    assert found.verdict.below_majority == ("lstm", "gru")
    assert found.verdict.outcome is Outcome.UNDECIDED
    assert not found.decided
    assert "the 50.0 % of always answering with the most frequent class" in found.sentence
    assert "more accurate on mails in balanced accuracy" in found.sentence


def test_the_loss_of_a_trial_counts_the_classes_alike(study: Archive) -> None:
    for trial in study.record().trials:
        for point in trial.curve:
            # Of mails that are all alike -(ln p + ln (1 - p)) / 2; by example it is below ln 2.
            assert point.validation_loss >= math.log(2)
        assert trial.curve[-1].loss < math.log(2)


def test_a_study_cannot_change_its_metric(study: Archive, mails: Path) -> None:
    folder = study.plan.settings.run.output_dir
    with pytest.raises(UserError, match="--metric was balanced-accuracy, now accuracy"):
        study_of(asked(mails, folder, Metric.ACCURACY)).record()
    search = study.search()
    identity = search.user_attrs[IDENTITY]
    without = {name: value for name, value in identity.items() if name != "metric"}
    search.set_user_attr(IDENTITY, without)  # as if it had been begun before there was a choice
    try:
        assert study_of(asked(mails, folder, Metric.ACCURACY)).record().metric is Metric.ACCURACY
        with pytest.raises(UserError, match="--metric was accuracy, now balanced-accuracy"):
            study_of(asked(mails, folder, Metric.BALANCED_ACCURACY)).record()
    finally:
        search.set_user_attr(IDENTITY, identity)
