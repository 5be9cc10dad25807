import csv
import io
import json
from dataclasses import replace

import pytest

from reports.exports.csv_files import confirmations_csv, trials_csv
from reports.exports.summary import summary
from reports.findings.answer import answer
from study.trials.record import StudyRecord
from tests.support.records import confirmed_record, incomplete_record, search_record

KEYS = {
    "": "schema study dataset budget trials best budgets verdict seconds environment",
    "dataset": "name fingerprint train validation test classes majority_baseline",
    "budget": "limit scope",
    "trials": "planned complete pruned failed over_budget duplicates",
    "seconds": "search confirm training",
}
BEST = "units cell_params model_params validation_accuracy hyperparameters"
BUDGET = "limit lstm gru difference interval_seeds interval_seeds_examples probability_first_better"
VERDICT = "cells outcome winner difference interval margin seeds_needed"


@pytest.mark.parametrize("record", [search_record(), confirmed_record(), incomplete_record()])
def test_required_keys_are_there_in_plain_json(record: StudyRecord) -> None:
    told = json.loads(json.dumps(summary(record, answer(record)), allow_nan=False))
    for part, keys in KEYS.items():
        assert set(keys.split()) <= set(told[part] if part else told)
    for cell in record.cells:
        assert set(BEST.split()) <= set(told["best"][cell])
    for budget in told["budgets"]:
        assert set(BUDGET.split()) <= set(budget)
        assert set(budget["lstm"]) >= {"units", "cell_params", "test_accuracy"}


def test_the_data_set_is_told_by_class() -> None:
    told = summary(search_record(), answer(search_record()))["dataset"]
    assert sum(count["train"] for count in told["classes"].values()) == told["train"]
    assert told["classes"]["Czech"]["test"] == 187
    assert told["majority_baseline"] == 187 / 2_407


def test_a_search_alone_has_no_budgets_and_no_verdict() -> None:
    record = search_record()
    told = summary(record, answer(record))
    assert told["budgets"] == []
    assert told["verdict"] is None
    assert told["trials"]["planned"] == 40
    assert told["trials"]["complete"] + told["trials"]["pruned"] + told["trials"]["failed"] == 40


def test_the_verdict_is_first_minus_second() -> None:
    record = confirmed_record()
    told = summary(record, answer(record))
    assert set(VERDICT.split()) <= set(told["verdict"])
    assert told["verdict"]["cells"] == ["lstm", "gru"]
    assert told["verdict"]["winner"] == "gru"
    assert told["verdict"]["difference"] < 0
    low, high = told["verdict"]["interval"]
    assert low < told["verdict"]["difference"] < high
    assert [len(budget["lstm"]["test_accuracy"]) for budget in told["budgets"]] == [5] * 4


def test_over_budget_and_run_twice_are_counted_from_what_was_built() -> None:
    record = search_record()
    first = record.trials[0]
    assert first.candidate is not None
    wide = replace(first, candidate=replace(first.candidate, units=500), excess=-1)
    broken = replace(record, trials=(wide, *record.trials[1:], record.trials[1]))
    told = summary(broken, answer(broken))["trials"]
    assert (told["over_budget"], told["duplicates"]) == (1, 1)


def test_csv_has_a_row_for_every_trial_and_run() -> None:
    record = incomplete_record()
    trials = list(csv.DictReader(io.StringIO(trials_csv(record))))
    assert [int(row["number"]) for row in trials] == [trial.number for trial in record.trials]
    assert trials[0]["sampled_dropout"]
    runs = list(csv.DictReader(io.StringIO(confirmations_csv(record))))
    assert len(runs) == len(record.confirmations)
    assert runs[0]["reason"] == "the loss is not finite after epoch 2"
