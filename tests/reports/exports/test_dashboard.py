"""What optuna-dashboard shows of a study besides its trials."""

import json

import optuna
from optuna.storages import InMemoryStorage

from reports.exports.dashboard import publish
from reports.exports.plotly import accuracy_by_parameters, difference_by_search
from reports.findings.answer import answer
from reports.findings.confirmation import by_search
from study.trials.record import StudyRecord
from tests.support.made_up.records import (
    confirmed_record,
    hostile_record,
    search_record,
    several_cells,
)

FIGURES = {"accuracy-by-parameters", "difference-by-search"}


def shown(record: StudyRecord) -> tuple[list[str], list[set[str]]]:
    """The notes of both studies, and the names of their figures."""
    storage = InMemoryStorage()
    studies = [optuna.create_study(storage=storage) for _ in range(2)]
    publish(studies[0], studies[1], record, answer(record))
    stored = [storage.get_study_system_attrs(study._study_id) for study in studies]
    notes = [
        "".join(str(text) for key, text in attributes.items() if "note_str" in key)
        for attributes in stored
    ]
    figures = [
        {name for name in FIGURES if any(name in key for key in attributes)}
        for attributes in stored
    ]
    return notes, figures


def test_both_studies_have_the_answer_and_say_what_their_values_are() -> None:
    record = confirmed_record()
    (search, confirmation), figures = shown(record)
    for note in (search, confirmation):
        assert "which is more accurate on surnames: LSTM or GRU?" in note
        assert answer(record).statement.claim in note
    assert "*validation loss*" in search
    assert "lower is better" in search
    assert "*test split*" in confirmation
    assert "Of test scores there is no best" in confirmation
    assert "a linear model's is 70.0%" in confirmation
    assert "`at_epoch_cap`" in confirmation
    assert figures == [FIGURES, FIGURES]


def test_a_search_alone_has_no_difference() -> None:
    _, figures = shown(search_record())
    assert figures == [{"accuracy-by-parameters"}] * 2


def test_nothing_of_a_name_is_markup() -> None:
    (search, _), _ = shown(hostile_record())
    assert "<script" not in search.replace("\\<script", "")
    assert "<img" not in search.replace("\\<img", "").split("`")[0]


def test_each_search_is_a_point_of_the_difference() -> None:
    record = several_cells(3)
    found = answer(record)
    figure = difference_by_search(record, found)
    assert figure is not None
    assert found.known is not None
    told = json.loads(figure.to_json())
    assert [trace["x"] for trace in told["data"]] == [[1, 2, 3, 4]] * 3
    first, second = (by_search(found.budgets[0], cell) for cell in found.known.cells)
    assert told["data"][0]["y"] == (first - second).tolist()


def test_the_dashboards_figure_is_small_json() -> None:
    record = confirmed_record(trials=150)
    text = accuracy_by_parameters(record, answer(record)).to_json()
    figure = json.loads(text)
    assert [trace["name"] for trace in figure["data"]] == [
        "LSTM, validation",
        "LSTM, test",
        "GRU, validation",
        "GRU, test",
    ]
    assert len(figure["data"][1]["error_y"]["array"]) == 3
    assert all(half > 0 for half in figure["data"][1]["error_y"]["array"])
    assert len(text) < 110_000
    alone = search_record()
    assert len(json.loads(accuracy_by_parameters(alone, answer(alone)).to_json())["data"]) == 2
