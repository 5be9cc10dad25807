"""A made-up data set and task for made-up records."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from search_spaces.budget import Budget
from search_spaces.candidate import Task
from study.datasets.facts import ClassCount, DatasetFacts, Lengths, Origin
from study.question.flag_values import Searches
from study.trials.record import (
    DatasetRecord,
)

CELLS = ("lstm", "gru")
TASK = Task(vocabulary=60, classes=13, embedding=16)
BUDGET = Budget(20_736)
FOUR = Searches(4, 4)
LANGUAGES = ("Czech", "Dutch", "English", "Finnish", "French", "German", "Irish", "Italian",
             "Polish", "Portuguese", "Romanian", "Spanish", "Turkish")  # fmt: skip


def facts(labels: Sequence[str], sizes: Sequence[int], **changes: object) -> DatasetFacts:
    """Of a data set of drawn splits; the first class has what the others leave over."""
    shares = [size // len(labels) for size in sizes]
    first = [size - (len(labels) - 1) * share for size, share in zip(sizes, shares, strict=True)]
    made = DatasetFacts(
        origin=Origin("the surnames", sum(sizes), "names"),
        given=(),
        level="character",
        sequence_length=20,
        classes=(ClassCount(labels[0], *first), *(ClassCount(one, *shares) for one in labels[1:])),
        lengths=Lengths(7, 13, 40),
        cut=0.001,
        unknown=0.0,
        lone_unknown=0.0,
        digits=0.0,
        repeated=0,
        copied=0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


DATASET = DatasetRecord(
    name="surnames",
    fingerprint="9f2c71d0b6a4",
    labels=LANGUAGES,
    sequence_length=20,
    level="character",
    train=8_424,
    validation=1_203,
    test=2_407,
    facts=facts(LANGUAGES, (8_424, 1_203, 2_407)),
)
TEST_LABELS = np.repeat(
    np.arange(len(LANGUAGES), dtype=np.int32), [one.test for one in DATASET.facts.classes]
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror="document.title=1">',
    "\u202edesrever\u202c \x00\x07\x1b[31m red",
    "' onload='alert(1) {{ 7 * 7 }} &amp; $x^2$",
    "</style><style>*{display:none}</style>",
)
