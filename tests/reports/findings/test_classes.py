"""Which classes the best models take for which."""

from dataclasses import replace

import numpy as np
import pytest

from reports.findings.classes import by_class, unpack_counts
from reports.tables.classes import classes_table, matrix_table, pairs_table
from study.training.scoring import pack_counts
from tests.support.made_up.records import confirmed_record


def test_counts_come_back_as_they_were_packed() -> None:
    labels, answered = np.array([0, 0, 2, 1, 2]), np.array([0, 1, 2, 1, 0])
    found = unpack_counts(pack_counts(labels, answered, 3), 3)
    assert found.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]


def test_the_best_model_is_the_one_of_the_lowest_validation_loss() -> None:
    record = confirmed_record()
    found = by_class(record)
    assert list(found) == ["lstm", "gru"]
    for cell, answers in found.items():
        runs = [run for run in record.confirmations
                if (run.cell, run.budget) == (cell, record.budget.limit)]  # fmt: skip
        assert answers.run.validation_loss == min(run.validation_loss or 9.0 for run in runs)
        assert answers.counts.diagonal().sum() / answers.counts.sum() == pytest.approx(
            answers.run.test_accuracy
        )
        (worst, *_) = answers.worst(5)
        assert worst.truth != worst.answered
        assert worst.examples == max(one.examples for one in answers.worst(200))
        assert sum(one.examples for one in answers.worst(200)) == round(
            (1 - (answers.run.test_accuracy or 0.0)) * record.dataset.test
        )


def test_many_classes_are_listed_from_the_worst_and_have_no_matrix() -> None:
    record = confirmed_record()
    found = by_class(record)
    assert len(classes_table(record, found).rows) == 13
    assert matrix_table(record, "gru", found["gru"]) is not None
    names = tuple(f"class {number}" for number in range(100))
    counts = pack_counts(np.arange(100), np.arange(100) // 2, 100)
    many = replace(
        record,
        dataset=replace(record.dataset, labels=names),
        confirmations=tuple(replace(run, confusion=counts) for run in record.confirmations),
    )
    found = by_class(many)
    table = classes_table(many, found)
    assert len(table.rows) == 40
    assert table.rows[0].cells[2] == "0.0 %"
    assert "the worst 40 of 100 classes" in table.caption
    assert matrix_table(many, "gru", found["gru"]) is None
    assert len(pairs_table(many, found).rows) == 2 * 8


def test_runs_that_have_stored_no_answers_by_class_are_left_out() -> None:
    record = confirmed_record()
    runs = tuple(replace(run, confusion=None) for run in record.confirmations)
    assert by_class(replace(record, confirmations=runs)) == {}
