"""Made-up study records for the tests of the report; the same arguments give the same record."""

from dataclasses import replace
from typing import Any

import numpy as np

from search_spaces.cells import BUILT_IN
from study.datasets.facts import Origin
from study.training.scoring import pack_counts
from study.trials.record import (
    Status,
    StudyRecord,
)
from tests.support.made_up.data import (
    HOSTILE,
    facts,
)
from tests.support.made_up.runs import failed_run
from tests.support.made_up.study import MadeUp


def search_record(trials: int = 8, searches: int = 1) -> StudyRecord:
    """Searches without confirmation; so many trials of each cell at each budget."""
    return MadeUp(trials=trials, searched=searches, confirmed=0).record


def confirmed_record(**changes: Any) -> StudyRecord:
    """Four searches, confirmed; GRU is better by 2 points. `changes` are `MadeUp`'s."""
    return MadeUp(**changes).record


def several_cells(count: int = 3, **changes: Any) -> StudyRecord:
    """So many cells, each better than the one before."""
    cells = tuple(str(cell) for cell in BUILT_IN)[:count]
    gains = {cell: 0.01 * place for place, cell in enumerate(cells)}
    return MadeUp(**{"cells": cells, "gains": gains, "trials": 4, **changes}).record


def incomplete_record() -> StudyRecord:
    """Half-way through: trials running, planned, requeued; runs failed and missing."""
    record = confirmed_record(searched=3, confirmed=2)
    back = [
        replace(one, status=Status.REQUEUED, validation_accuracy=None, validation_loss=None,
                reason="interrupted")
        for one in record.trials[100:102]
    ]  # fmt: skip
    waiting = [
        replace(one, status=status, candidate=None, cell_parameters=None, model_parameters=None,
                validation_accuracy=None, validation_loss=None, curve=(), hyperparameters={},
                excess=None)
        for one, status in zip(record.trials[102:104], (Status.RUNNING, Status.PLANNED),
                               strict=True)
    ]  # fmt: skip
    trials = (*record.trials[:100], *back, *waiting, *record.trials[104:])
    runs = record.confirmations
    return replace(record, trials=trials, confirmations=(failed_run(runs[0]), *runs[1:-1]))


def hostile_record() -> StudyRecord:
    """Every text that a user, a file or an error can put into a record tries to break out."""
    record = confirmed_record(trials=4)
    script, image, reversing, quotes, style = HOSTILE
    wrong = (np.arange(5) + 1) % 5
    failing = [
        replace(one, reason=HOSTILE[one.number % len(HOSTILE)], hyperparameters={script: image})
        for one in record.trials
    ]
    return replace(
        record,
        name=script,
        dataset=replace(
            record.dataset,
            name=image,
            labels=HOSTILE,
            fingerprint=style,
            level=script,
            facts=facts(
                HOSTILE,
                (600, 100, 200),
                origin=Origin(script, 900, "files", (image, quotes)),
                level=reversing,
            ),
        ),
        trials=tuple(failing),
        confirmations=tuple(
            replace(failed_run(run), reason=quotes)
            if run.number == 0
            else replace(run, confusion=pack_counts(wrong, np.arange(5), 5))
            for run in record.confirmations
        ),
        settings={script: reversing, quotes: [style, image]},
        environment={style: script, reversing: image},
        resume=f"python -m study.search --dataset {quotes} {script}",
        storage=f"sqlite:///{image}",
    )
