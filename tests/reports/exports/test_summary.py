import csv
import io
import json
from dataclasses import replace

import pytest

from reports.exports.csv_files import (
    accuracies_frame,
    confirmations_csv,
    confirmations_frame,
    trials_csv,
)
from reports.exports.summary import summary
from reports.findings.answer import answer
from study.question.flag_values import Searches
from study.trials.record import StudyRecord
from tests.support.made_up.records import (
    confirmed_record,
    incomplete_record,
    search_record,
    several_cells,
)

KEYS = {
    "": "schema study dataset baselines metric budget searches trials best budgets verdict "
    "mean_over_budgets variance_shares effort seconds environment",
    "dataset": "name fingerprint train validation test classes majority_baseline",
    "baselines": "majority linear",
    "budget": "limit scope",
    "searches": "planned complete looks",
    "trials": "planned complete pruned failed over_budget duplicates",
    "seconds": "search confirm training",
}
BEST = "units cell_params model_params validation_accuracy hyperparameters"
CELL = "units cell_params validation_accuracy test_accuracy at_epoch_cap failed"
COMPARISON = {"cells", "difference", "interval", "outcome", "p_value"}
VERDICT = "cells outcome winner difference interval prediction margin limit"
EFFORT = "trials lstm gru difference interval"
RECORDS = {
    "search": search_record(),
    "confirmed": confirmed_record(),
    "incomplete": incomplete_record(),
    "three": several_cells(3),
    "one": confirmed_record(searched=1, confirmed=1, planned=Searches(1, 1)),
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_required_keys_are_there_in_plain_json(record: StudyRecord) -> None:
    told = json.loads(json.dumps(summary(record, answer(record)), allow_nan=False))
    assert told["schema"] == 2
    for part, keys in KEYS.items():
        assert set(keys.split()) <= set(told[part] if part else told)
    for cell in record.cells:
        assert set(BEST.split()) <= set(told["best"][cell])
    for budget in told["budgets"]:
        assert {"limit", *record.cells} <= set(budget)
        for cell in record.cells:
            assert set(CELL.split()) <= set(budget[cell])
        for comparison in budget["comparisons"]:
            assert set(comparison) == COMPARISON
    for step in told["effort"]:
        assert set(EFFORT.split()) <= set(step)


def test_the_data_set_is_told_by_class() -> None:
    told = summary(search_record(), answer(search_record()))["dataset"]
    assert sum(count["train"] for count in told["classes"].values()) == told["train"]
    assert told["classes"]["Czech"]["test"] == 187
    assert told["majority_baseline"] == 187 / 2_407


def test_the_baselines_are_told_beside_the_cells() -> None:
    record = confirmed_record(linear=0.7)
    told = summary(record, answer(record))["baselines"]
    assert told["majority"] == {"test_accuracy": 187 / 2_407, "class": "Czech"}
    linear, gru = told["linear"], told["linear"]["comparisons"][1]
    assert linear["test_accuracy"] == pytest.approx(0.7, abs=1e-3)
    assert gru["cell"] == "gru"
    assert gru["interval"][0] < gru["difference"] < gru["interval"][1]
    assert summary(search_record(), answer(search_record()))["baselines"]["linear"] is None


def test_a_search_alone_has_no_budgets_and_no_verdict() -> None:
    told = summary(record := search_record(), answer(record))
    assert told["budgets"] == told["effort"] == []
    assert told["verdict"] is told["mean_over_budgets"] is told["variance_shares"] is None
    assert told["searches"] == {"planned": "4", "complete": 0, "looks": []}
    assert told["trials"]["planned"] == 48
    assert told["trials"]["complete"] + told["trials"]["pruned"] + told["trials"]["failed"] == 48


def test_before_the_first_look_nothing_is_decided() -> None:
    told = summary(record := confirmed_record(searched=3, confirmed=3), answer(record))
    assert told["verdict"] is None
    assert told["searches"]["complete"] == 3
    for budget in told["budgets"]:
        (comparison,) = budget["comparisons"]
        assert comparison["interval"] is comparison["outcome"] is comparison["p_value"] is None
        assert comparison["difference"] < 0.05
    assert all(step["interval"] is None for step in told["effort"])


def test_the_verdict_is_first_minus_second() -> None:
    record = confirmed_record()
    told = summary(record, answer(record))
    assert set(VERDICT.split()) <= set(told["verdict"])
    assert told["verdict"]["cells"] == ["lstm", "gru"]
    assert told["verdict"]["winner"] == "gru"
    assert told["verdict"]["limit"] == 20_736
    assert told["verdict"]["difference"] < 0
    low, high = told["verdict"]["interval"]
    assert low < told["verdict"]["difference"] < high
    low, high = told["verdict"]["prediction"]
    assert low < told["verdict"]["difference"] < high
    assert told["searches"]["looks"] == [{"searches": 4, "least": 4, "most": 4}]
    assert sum(told["variance_shares"].values()) == pytest.approx(1)


def test_each_search_has_its_values_and_each_seed_its_accuracy() -> None:
    record = confirmed_record(failing={"gru": 0.2}, capped=0.2)
    told = summary(record, answer(record))
    for budget in told["budgets"]:
        for cell in record.cells:
            measured = budget[cell]
            assert [len(each) for each in measured["test_accuracy"]] == [2, 2, 2, 2]
            for key in ("units", "cell_params", "model_params", "validation_accuracy"):
                assert len(measured[key]) == 4
            failed = [each for seeds in measured["test_accuracy"] for each in seeds].count(None)
            assert measured["failed"] == failed
    asked = told["budgets"][0]
    won = record.searches[1].budgets[0].winners["lstm"].trial
    assert won is not None
    assert asked["lstm"]["validation_accuracy"][1] == record.trials[won].validation_accuracy
    assert sum(told["budgets"][place]["gru"]["failed"] for place in range(3)) > 0
    assert sum(told["budgets"][place]["lstm"]["at_epoch_cap"] for place in range(3)) > 0


def test_the_best_are_candidates_for_another_study() -> None:
    told = summary(record := confirmed_record(), answer(record))["best"]
    lowest = min(
        (
            trial
            for trial in record.trials
            if (trial.cell, trial.budget) == ("gru", 20_736) and trial.validation_accuracy
        ),
        key=lambda trial: trial.validation_loss or 0.0,
    )
    assert told["gru"]["trial"] == lowest.number


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
    for name in ("search", "budget", "validation_loss"):
        assert trials[0][name]
    runs = list(csv.DictReader(io.StringIO(confirmations_csv(record))))
    assert len(runs) == len(record.confirmations)
    assert runs[0]["reason"] == "the loss is not finite after epoch 2"
    assert (runs[0]["at_epoch_cap"], runs[1]["at_epoch_cap"]) == ("", "False")
    assert (runs[1]["search"], runs[1]["budget"]) == ("1", "20736")
    assert float(runs[1]["validation_loss"]) > 0


def test_what_had_won_with_less_effort_is_told_apart_in_the_table_of_runs() -> None:
    record = confirmed_record()
    shown, found = confirmations_frame(record), answer(record)
    table = accuracies_frame(record, found)
    assert set(shown["effort"]) == {step.trials / found.effort[-1].trials for step in found.effort}
    winners = shown[shown["effort"] == 1].astype({"test_accuracy": float})
    assert len(winners) < len(shown)
    cells = table.dropna(subset="budget")
    assert len(cells) == 2 * 3
    for row in cells.to_dict("records"):
        mine = (winners["cell"] == row["model"]) & (winners["budget"] == row["budget"])
        assert row["accuracy"] == pytest.approx(winners["test_accuracy"][mine].mean(), abs=1e-4)
    assert table["accuracy"].tolist()[-1] == 187 / 2_407
    assert accuracies_frame(search_record(), answer(search_record()))["model"].tolist() == [
        "majority class"
    ]
