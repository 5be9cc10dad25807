import base64
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.comparison.looks import look_levels
from reports.comparison.outcome import Outcome
from reports.findings.answer import answer
from reports.findings.confirmation import by_search, mean_accuracy, optimism
from reports.findings.runs import ended, unpack_correct
from study.errors import UserError
from study.question.flag_values import Searches
from study.trials.record import ConfirmationRecord, Look, Status, StudyRecord
from tests.support.made_up.data import DATASET
from tests.support.made_up.records import (
    confirmed_record,
    incomplete_record,
    search_record,
    several_cells,
)
from tests.support.made_up.runs import failed_run


def winners_runs(record: StudyRecord, cell: str, search: int) -> Iterator[ConfirmationRecord]:
    """Runs of what won at the asked budget after the whole search."""
    won = record.searches[search - 1].budgets[0].winners[cell].candidate
    for run in record.confirmations:
        place = (run.cell, run.search, run.budget)
        if place == (cell, search, record.budget.limit) and run.candidate == won:
            yield run


@given(st.lists(st.booleans(), min_size=1, max_size=100))
def test_packed_answers_come_back(answers: list[bool]) -> None:
    text = base64.b64encode(np.packbits(answers).tobytes()).decode()
    assert unpack_correct(text, len(answers)).tolist() == answers


def test_answers_of_another_test_split_are_refused() -> None:
    record = confirmed_record(trials=2, budgets=1)
    changed = replace(record, dataset=replace(DATASET, test=DATASET.test + 8))
    with pytest.raises(UserError, match=r"2,408 answers, but the test split has 2,415"):
        answer(changed)


def test_a_search_alone_has_no_verdict() -> None:
    found = answer(search_record())
    assert found.known is found.verdict is None
    assert not found.budgets
    assert not found.decided
    assert found.sentence.startswith("No verdict yet: no search is confirmed")


def test_a_search_without_complete_trials_says_so() -> None:
    record = replace(search_record(), trials=())
    assert answer(record).sentence == "No verdict yet: no trial is complete."


def test_differences_are_those_of_the_stored_accuracies() -> None:
    record = confirmed_record()
    found = answer(record)
    assert [answered.limit for answered in found.budgets] == [20_736, 5_184, 1_296]
    for cell in record.cells:
        told = [
            np.mean([run.test_accuracy for run in winners_runs(record, cell, search)])
            for search in (1, 2, 3, 4)
        ]
        assert by_search(found.budgets[0], cell) == pytest.approx(told)
    for answered in found.budgets:
        first, second = (by_search(answered, cell) for cell in record.cells)
        (comparison,) = answered.comparisons
        assert comparison.differences == pytest.approx(first - second)


def test_the_interval_of_an_accuracy_is_over_searches() -> None:
    asked = answer(confirmed_record()).budgets[0]
    estimate = mean_accuracy(asked, "gru")
    means = by_search(asked, "gru")
    assert estimate.units == 4
    assert estimate.mean_square == pytest.approx(means.var(ddof=1))


def test_there_is_no_verdict_before_the_least_number_of_searches() -> None:
    record = confirmed_record(searched=3, confirmed=3)
    assert not record.looks
    found = answer(record)
    assert found.verdict is None
    assert not found.decided
    assert found.known is not None
    assert found.searches == 3
    assert found.sentence.startswith("No verdict yet: 3 of 4 searches are complete. So far LSTM")
    assert "interval" not in found.sentence
    assert "Asked again" not in found.sentence


def test_the_verdict_has_the_level_of_the_last_look() -> None:
    planned = Searches(4, 12)
    record = confirmed_record(planned=planned, searched=6, confirmed=6)
    found = answer(record)
    assert [look.searches for look in record.looks] == [4, 5, 6]
    assert found.verdict is not None
    assert found.verdict.alpha == look_levels(4, 12)[2]
    assert found.verdict.headline.estimate.units == 6


def test_searches_after_the_last_look_do_not_move_the_verdict() -> None:
    record = confirmed_record(planned=Searches(4, 12), searched=6, confirmed=6)
    before = confirmed_record(planned=Searches(4, 12), searched=4, confirmed=4)
    peeked = answer(replace(record, looks=(Look(4, 4, 12),)))
    assert peeked.searches == 4
    assert peeked.sentence == answer(before).sentence


def test_a_failed_run_answers_with_the_most_frequent_class() -> None:
    record = confirmed_record()
    one = next(winners_runs(record, "lstm", 2))
    runs = tuple(failed_run(run) if run is one else run for run in record.confirmations)
    found = answer(replace(record, confirmations=runs))
    accuracies = found.budgets[0].answers.accuracies("lstm")
    assert accuracies.shape == (4, 2)
    assert accuracies[1, one.replicate] == pytest.approx(187 / 2_407)
    assert found.searches == 4  # it does not vanish, nor its pair
    assert ended(replace(record, confirmations=runs), "lstm").failed == 1


def test_a_cell_that_fails_often_is_named_before_all() -> None:
    found = answer(confirmed_record(failing={"lstm": 0.3}))
    assert found.statement.cautions[0].startswith("LSTM failed in ")
    assert found.sentence.startswith("LSTM failed in ")
    assert found.verdict is not None
    assert found.verdict.winner != "lstm"


@pytest.mark.parametrize(("share", "said"), [(0.05, False), (0.3, True)])
def test_runs_at_the_cap_are_told_where_they_are_many(share: float, said: bool) -> None:
    record = confirmed_record(capped=share)
    runs = len(record.confirmations)
    capped = sum(bool(run.at_epoch_cap) for run in record.confirmations)
    told = f"{capped} of {runs} confirmed runs ended at the cap on epochs (LSTM "
    assert capped > 0
    assert (told in answer(record).sentence) == said


def test_a_cell_that_always_fails_is_not_equal_to_another_that_does() -> None:
    found = answer(confirmed_record(failing={"lstm": 1.0, "gru": 1.0}))
    assert found.verdict is not None
    assert found.verdict.outcome is Outcome.UNDECIDED
    assert "LSTM and GRU are not above the majority baseline" in found.sentence


def test_a_search_counts_when_all_its_runs_have_ended() -> None:
    record = incomplete_record()  # of the second search a run of a part of the effort is missing
    found = answer(record)
    assert found.searches == 2
    last = next(winners_runs(record, "gru", 2))
    running = replace(last, status=Status.RUNNING, correct=None, test_accuracy=None)
    runs = tuple(running if run is last else run for run in record.confirmations)
    assert answer(replace(record, confirmations=runs)).searches == 1


def test_the_asked_budget_tells_something_before_the_smaller_ones_are_done() -> None:
    record = confirmed_record(searched=1, confirmed=1)
    asked = tuple(run for run in record.confirmations if run.budget == record.budget.limit)
    found = answer(replace(record, confirmations=asked))
    assert [answered.limit for answered in found.budgets] == [20_736]
    assert found.searches == 1


def test_a_requeued_run_is_no_result() -> None:
    record = confirmed_record()
    lost = replace(
        failed_run(next(winners_runs(record, "gru", 1))), status=Status.REQUEUED, number=999
    )
    again = replace(record, confirmations=(*record.confirmations, lost))
    assert answer(again).sentence == answer(record).sentence


def test_the_last_step_of_the_effort_is_the_whole_search() -> None:
    record = confirmed_record()
    found = answer(record)
    assert [step.trials for step in found.effort] == [2, 4, 8]
    last = found.effort[-1]
    assert found.verdict is not None
    assert last.comparison.difference == found.verdict.headline.difference
    assert last.comparison.interval == found.verdict.headline.interval
    for step, planned in zip(found.effort, record.searches[0].effort, strict=True):
        run = step.answers.runs["lstm"][0][0]
        assert run.candidate == planned.winners["lstm"].candidate


def test_a_step_whose_runs_are_missing_is_left_out() -> None:
    record = confirmed_record()
    search = record.searches[0]
    first, whole = search.effort[0].winners["gru"], search.budgets[0].winners["gru"]
    assert first.candidate != whole.candidate
    left = tuple(run for run in record.confirmations if run.candidate != first.candidate)
    found = answer(replace(record, confirmations=left))
    assert 2 not in [step.trials for step in found.effort]
    assert found.effort[-1].trials == 8
    assert found.sentence == answer(record).sentence


def test_equal_cells_are_not_called_different() -> None:
    verdict = answer(confirmed_record(gains={}, searched=8, confirmed=8)).verdict
    assert verdict is not None
    assert verdict.outcome is not Outcome.BETTER


def test_of_several_cells_all_pairs_are_compared() -> None:
    record = several_cells(4)
    found = answer(record)
    assert found.known is not None
    assert [len(answered.comparisons) for answered in found.budgets] == [6, 6, 6]
    asked = found.budgets[0]
    ordered = sorted(record.cells, key=lambda cell: -by_search(asked, cell).mean())
    assert list(found.known.cells) == ordered[:2]
    assert all(set(step.comparison.cells) == set(found.known.cells) for step in found.effort)


def test_optimism_is_told_apart_from_what_every_run_shows() -> None:
    record = confirmed_record()
    found = optimism(record, answer(record), "gru")
    assert found is not None
    assert found.confirmed == pytest.approx(0.004, abs=0.002)  # as the runs are made up
    assert found.of_choosing == pytest.approx(found.chosen - found.confirmed)
    assert optimism(search_record(), answer(search_record()), "gru") is None
