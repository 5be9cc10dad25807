"""How long a plan takes, from the seconds of an epoch and how many epochs a training takes.

What trials and runs take of one another was counted in four default studies of the surnames (384
trials, 138 runs): the first trial of a cell at a budget, which nothing can prune, takes 1.5 times
the epochs of a confirmation run; of the later ones 16 % are not pruned and take as many as a run;
the others take 1.2 times those before which none is pruned.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from study.question.plan import StudyPlan
from study.training.fit import looks_an_epoch
from study.trials.sampler import WARMUP_LOOKS

FIRST = 1.5
_LASTING = 0.16
_PRUNED = 1.2
WIDER = 1.05  # an epoch of a run in those of a trial, which may be narrower, at the same budget
_OTHERS = 0.2  # of what had won with less effort is no winner with more
_LESS_EFFORT = 2  # a quarter and half of the trials
_AROUND_TRIAL, _AROUND_RUN = 0.2, 0.7  # seconds: drawn and stored, and timed
_WAITING = 0.2  # of the longest training, in which other processes wait at a phase's end
_REPORT = 1.0  # seconds of each search's report
# Epochs of a run, of the most that it may take, by how texts are read.
_USUAL = {"word": 0.3, "character": 0.46}
_USUAL_ELSEWHERE = 0.4

Sizes = tuple[str, int]  # cell and budget


@dataclass(frozen=True)
class Pace:
    """How fast a study's trainings are.

    Attributes:
        epoch: Seconds of an epoch of a trial, by cell and budget.
        epochs: Of a confirmation run.
    """

    epoch: Mapping[Sizes, float]
    epochs: float


def usual_epochs(plan: StudyPlan) -> float:
    """Of a confirmation run, before any is seen."""
    level = plan.dataset.level
    return plan.epochs * (_USUAL.get(level.value, 0.0) if level else 0.0) or (
        plan.epochs * _USUAL_ELSEWHERE
    )


def trials_of(plan: StudyPlan, pace: Pace, sizes: Sizes) -> list[float]:
    """Seconds of each trial of a cell at a budget of a search, in their order."""
    first = min(FIRST * pace.epochs, plan.epochs)
    later = pace.epochs
    if plan.settings.search.pruning:
        pruned = min(_PRUNED * WARMUP_LOOKS / looks_an_epoch(_steps(plan)), pace.epochs)
        later = _LASTING * pace.epochs + (1 - _LASTING) * pruned
    epochs = [first, *[later] * (plan.trials_of_a_cell - 1)]
    return [pace.epoch[sizes] * one + _AROUND_TRIAL for one in epochs]


def runs_of(plan: StudyPlan, sizes: Sizes) -> float:
    """Confirmation runs of a cell at a budget of a search, as many as are likely."""
    if not plan.settings.answer.confirm:
        return 0.0
    others = _OTHERS * _LESS_EFFORT if sizes[1] == plan.budget.limit else 0.0
    return plan.replicates + others


def run_seconds(pace: Pace, sizes: Sizes) -> float:
    """Of a confirmation run."""
    return WIDER * pace.epoch[sizes] * pace.epochs + _AROUND_RUN


def sizes_of(plan: StudyPlan) -> list[Sizes]:
    """Every cell at every budget."""
    return [(str(cell), budget.limit) for budget in plan.ladder() for cell in plan.cells]


def searches_of(plan: StudyPlan) -> int:
    """The most that there will be."""
    return plan.searches.most if plan.settings.answer.confirm else plan.searches.least


def elapsed(plan: StudyPlan, pace: Pace, busy: float, phases: float) -> float:
    """Seconds in which the training processes work off so many seconds of trainings.

    Args:
        phases: Searches and confirmations to whose ends processes wait for one another.
    """
    longest = max(pace.epoch.values()) * pace.epochs
    waiting = _WAITING * longest * (plan.jobs > 1) + _REPORT / 2
    return busy / plan.jobs + phases * waiting


def forecast(plan: StudyPlan, pace: Pace) -> float:
    """Seconds of the whole plan, if it takes all its searches."""
    busy = sum(
        sum(trials_of(plan, pace, sizes)) + runs_of(plan, sizes) * run_seconds(pace, sizes)
        for sizes in sizes_of(plan)
    )
    searches = searches_of(plan)
    return elapsed(plan, pace, searches * busy, searches * (1 + plan.settings.answer.confirm))


def _steps(plan: StudyPlan) -> int:
    batch_size = plan.settings.search.batch_size or 1
    return math.ceil(plan.dataset.sizes["train"] / batch_size)
