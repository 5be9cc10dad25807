"""How long a study takes: beforehand, and once some of it is finished."""

from collections.abc import Iterator
from dataclasses import replace

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial

from study.phases.forecast import Pace, forecast, runs_of, sizes_of
from study.phases.time_left import time_left
from study.question.plan import StudyPlan, resolve
from study.question.settings import RunSettings, Settings
from study.trials import attributes as attrs

# A default study on two idle cores: seconds of a trial's epoch, epochs of a run, seconds in all.
EPOCH = {20_736: 0.242, 5_184: 0.145}
RUN_EPOCHS = 46
WHOLE = 455


@pytest.fixture(scope="module")
def plan() -> StudyPlan:
    return resolve(Settings(run=RunSettings(n_jobs=2)))


def pace(plan: StudyPlan) -> Pace:
    return Pace({sizes: EPOCH[sizes[1]] for sizes in sizes_of(plan)}, RUN_EPOCHS)


def test_a_default_study_is_forecast_as_it_was(plan: StudyPlan) -> None:
    assert forecast(plan, pace(plan)) == pytest.approx(WHOLE, rel=0.2)


def test_without_pruning_and_with_one_process_it_takes_longer(plan: StudyPlan) -> None:
    search = replace(plan.settings.search, pruning=False)
    unpruned = replace(plan, settings=replace(plan.settings, search=search))
    run = replace(plan.settings.run, n_jobs=1)
    alone = replace(plan, settings=replace(plan.settings, run=run))
    assert forecast(unpruned, pace(plan)) > 1.5 * forecast(plan, pace(plan))
    assert forecast(alone, pace(plan)) > 1.7 * forecast(plan, pace(plan))


def frozen(plan: StudyPlan, search: int, sizes: tuple[str, int], epochs: float) -> FrozenTrial:
    state = TrialState.PRUNED if epochs < 10 else TrialState.COMPLETE
    seconds = epochs * EPOCH[sizes[1]] + 0.2
    given = {
        attrs.SEARCH: search,
        attrs.CELL: sizes[0],
        attrs.BUDGET: sizes[1],
        attrs.EPOCHS: epochs,
        attrs.SECONDS: seconds,
    }
    return create_trial(state=state, value=0.5, user_attrs=given)


def history(plan: StudyPlan) -> Iterator[tuple[str, FrozenTrial]]:
    """A study whose trainings take as long as in those of the surnames."""
    for search in range(1, plan.searches.most + 1):
        for turn in range(plan.trials_of_a_cell):
            for sizes in sizes_of(plan):
                late = turn == 3 and sizes != ("lstm", 5_184)  # 3 of 20 that could be pruned
                lasts = 70 if turn == 0 else (46 if late else 7)
                yield "trial", frozen(plan, search, sizes, lasts)
        for sizes in sizes_of(plan):
            for _ in range(round(runs_of(plan, sizes))):
                yield "run", frozen(plan, search, sizes, RUN_EPOCHS)


@pytest.mark.parametrize("tenths", range(1, 10))
def test_once_a_tenth_is_done_the_rest_is_known_within_30_percent(
    plan: StudyPlan, tenths: int
) -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    done: dict[str, list[FrozenTrial]] = {"trial": [], "run": []}
    whole = sum(one.user_attrs[attrs.SECONDS] for _, one in history(plan)) / plan.jobs
    passed = 0.0
    for kind, trial in history(plan):
        if passed >= whole * tenths / 10:
            break
        done[kind].append(trial)
        passed += trial.user_attrs[attrs.SECONDS] / plan.jobs
    left = time_left(plan, done["trial"], done["run"])
    assert left is not None
    assert passed + left == pytest.approx(whole, rel=0.3)


def test_before_anything_is_finished_nothing_is_said(plan: StudyPlan) -> None:
    assert time_left(plan, [], []) is None
