import base64
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.comparison.verdict import Outcome
from reports.findings.answer import answer, unpack_correct
from study.errors import UserError
from study.trials.record import Status
from tests.support.records import DATASET, confirmed_record, incomplete_record, search_record


@given(st.lists(st.booleans(), min_size=1, max_size=100))
def test_packed_answers_come_back(answers: list[bool]) -> None:
    text = base64.b64encode(np.packbits(answers).tobytes()).decode()
    assert unpack_correct(text, len(answers)).tolist() == answers


def test_answers_of_another_test_split_are_refused() -> None:
    record = confirmed_record(trials=8, replicates=2, budgets=1)
    changed = replace(record, dataset=replace(DATASET, test=DATASET.test + 8))
    with pytest.raises(UserError, match=r"2,408 answers, but the test split has 2,415"):
        answer(changed)


def test_a_search_alone_has_no_verdict() -> None:
    found = answer(search_record())
    assert found.verdict is None
    assert not found.budgets
    assert found.sentence.startswith("No verdict yet: the validation accuracy of the best of 32")


def test_a_search_without_complete_trials_says_so() -> None:
    record = replace(search_record(), trials=())
    assert answer(record).sentence == "No verdict yet: no trial of the search is complete."


def test_the_best_trial_is_complete_and_of_highest_accuracy() -> None:
    record = search_record(60)
    pruned = replace(record.trials[7], status=Status.PRUNED, validation_accuracy=0.999)
    found = answer(replace(record, trials=(*record.trials[:7], pruned, *record.trials[8:])))
    for cell, best in found.best.items():
        rivals = [
            trial.validation_accuracy
            for trial in record.trials
            if trial.cell == cell and trial.status is Status.COMPLETE
        ]
        assert best.validation_accuracy == max(value for value in rivals if value is not None)


def test_differences_are_those_of_the_stored_accuracies() -> None:
    record = confirmed_record()
    found = answer(record)
    assert found.verdict is not None
    assert [answered.budget.limit for answered in found.budgets] == [20_736, 10_368, 5_184, 2_592]
    for answered in found.budgets:
        first, second = (answered.accuracies(cell) for cell in record.cells)
        assert answered.comparison.difference == pytest.approx(float((first - second).mean()))
        assert answered.comparison.interval_seeds_examples is not None


def test_only_complete_pairs_count() -> None:
    record = incomplete_record()  # one run failed, the last one is missing
    found = answer(record)
    assert found.pairs == 2 * 3 - 2
    for answered in found.budgets:
        first, second = (answered.runs[cell] for cell in record.cells)
        assert [run.replicate for run in first] == [run.replicate for run in second]
        assert all(run.status is Status.COMPLETE for run in (*first, *second))


def test_without_saved_answers_accuracies_serve() -> None:
    record = confirmed_record(trials=8, budgets=2)
    runs = (replace(record.confirmations[0], correct=None), *record.confirmations[1:])
    found = answer(replace(record, confirmations=runs))
    assert found.verdict is not None
    assert all(answered.comparison.over_seeds_and_examples is None for answered in found.budgets)


def test_equal_cells_are_not_called_different() -> None:
    record = confirmed_record(trials=8, replicates=8, gains=(0.0, 0.0, 0.0, 0.0))
    verdict = answer(record).verdict
    assert verdict is not None
    assert verdict.outcome is not Outcome.BETTER


def test_optimism_is_of_the_full_budget() -> None:
    record = confirmed_record()
    found = answer(record)
    for cell, estimate in found.optimism.items():
        mean = found.budgets[0].accuracies(cell).mean()
        assert estimate.value == pytest.approx(found.best[cell].validation_accuracy - mean)
    halved = replace(
        record,
        confirmations=tuple(
            run for run in record.confirmations if run.budget < record.budget.limit
        ),
    )
    assert not answer(halved).optimism


def test_optimism_is_of_the_trial_that_was_chosen() -> None:
    record = confirmed_record()
    other = next(t for t in reversed(record.trials) if t.cell == "gru" and t.status == "complete")
    found = answer(replace(record, chosen={"gru": other.number}))
    assert other.number != found.best["gru"].number
    mean = found.budgets[0].accuracies("gru").mean()
    assert set(found.optimism) == {"gru"}
    assert found.optimism["gru"].value == pytest.approx(other.validation_accuracy - mean)
