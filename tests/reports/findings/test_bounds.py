from dataclasses import replace

import pytest

from reports.findings.answer import answer
from reports.findings.bounds import AtBound, winners_at_bounds
from reports.page.warnings import bound, remarks
from study.trials.record import StudyRecord
from tests.support.made_up.records import confirmed_record, search_record


def with_value(record: StudyRecord, cell: str, name: str, value: float) -> StudyRecord:
    """The same winners of a cell, each with this value of a hyperparameter."""
    won = {budget.winners[cell].trial for search in record.searches for budget in search.budgets}
    trials = tuple(
        replace(one, hyperparameters={**one.hyperparameters, name: value})
        if one.number in won
        else one
        for one in record.trials
    )
    return replace(record, trials=trials)


@pytest.mark.parametrize(("value", "bound"), [(0.499, 0.5), (0.5, 0.5)])
def test_winners_at_the_end_of_a_range_are_counted(value: float, bound: float) -> None:
    record = with_value(confirmed_record(), "lstm", "dropout", value)
    assert AtBound("lstm", "dropout", bound, 12, 12) in winners_at_bounds(record)
    (told,) = (each for each in remarks(record, answer(record)) if "bound" in each)
    assert told.startswith("12 of 12 winners of LSTM have a dropout at the bound of its range, 0.5")


def test_one_winner_has_what_several_have() -> None:
    told = bound(AtBound("gru", "dropout", 0.5, 1, 8))
    assert told == "1 of 8 winners of GRU has a dropout at the bound of its range, 0.5"


@pytest.mark.parametrize("value", [0.0, 0.004, 0.3, 0.494])
def test_what_lies_inside_or_at_zero_is_not(value: float) -> None:
    record = with_value(confirmed_record(), "lstm", "dropout", value)
    assert not [each for each in winners_at_bounds(record) if each[:2] == ("lstm", "dropout")]


def test_a_logarithmic_range_has_its_ends_on_its_scale() -> None:
    inside = with_value(confirmed_record(), "gru", "learning_rate", 0.00035)
    assert not [each for each in winners_at_bounds(inside) if each.name == "learning_rate"]
    at_end = with_value(confirmed_record(), "gru", "learning_rate", 0.000301)
    (found,) = (each for each in winners_at_bounds(at_end) if each.name == "learning_rate")
    assert (found.bound, found.winners) == (0.0003, 12)


def test_one_of_many_winners_at_a_bound_is_no_warning() -> None:
    record = confirmed_record()
    number = record.searches[0].budgets[0].winners["gru"].trial
    trials = tuple(
        replace(one, hyperparameters={**one.hyperparameters, "dropout": 0.5})
        if one.number == number
        else one
        for one in record.trials
    )
    changed = replace(record, trials=trials)
    assert [each for each in winners_at_bounds(changed) if each.name == "dropout"]
    assert not [each for each in remarks(changed, answer(changed)) if "bound" in each]


def test_an_unknown_space_has_no_bounds() -> None:
    assert winners_at_bounds(search_record()) == []
    record = replace(confirmed_record(), settings={"space": "another"})
    assert winners_at_bounds(record) == []


def test_a_size_at_the_budget_is_no_bound() -> None:
    record = replace(confirmed_record(), settings={"space": "wide"})
    for name in ("budget_share", "embedding_share", "units"):
        changed = with_value(record, "lstm", name, 1.0)
        assert not [each for each in winners_at_bounds(changed) if each.name == name]
    rates = with_value(record, "lstm", "learning_rate", 0.03)
    assert [each.winners for each in winners_at_bounds(rates)] == [12]
