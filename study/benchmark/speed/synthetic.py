"""Studies of any length whose trials trained nothing, for timing what surrounds training."""

import math
import random
from pathlib import Path

import optuna
from optuna.samplers import RandomSampler

from study.phases.search import SearchWork, open_search, search_slots
from study.question.flag_values import Searches
from study.question.plan import StudyPlan, resolve
from study.question.settings import RunSettings, SearchSettings, Settings
from study.question.settings_file import save_settings
from study.storage.folder import RunFolder
from study.storage.sqlite import FileStore
from study.training.curve import CurvePoint
from study.training.job import Result
from study.trials import attributes as attrs
from study.trials.slots import Slot

_EPOCHS = 10
_EACH = 480  # trials of each search


def synthetic_study(
    trials: int, output_dir: Path, planned: int | None = None
) -> tuple[StudyPlan, RunFolder]:
    """Searches on `surnames` in SQLite, their trials drawn at random.

    Args:
        trials: Finished ones.
        planned: Trials of the plan at least; as many as are finished where None.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    searches = math.ceil((planned or trials) / _EACH)
    plan = resolve(
        Settings(
            search=SearchSettings(n_trials=_EACH, searches=Searches(searches, searches)),
            run=RunSettings(output_dir=output_dir, quiet=True),
        )
    )
    folder = plan.folder
    folder.create()
    save_settings(folder.settings, plan.settings)
    store = FileStore(folder.database)
    study = open_search(store, plan)
    drawn = _drawn_trials(trials, plan, folder)
    with store.transaction():
        study.add_trials(drawn)
    return plan, folder


def planned_slots(plan: StudyPlan) -> list[Slot]:
    """Of all its searches."""
    numbers = range(1, plan.searches.most + 1)
    return [slot for number in numbers for slot in search_slots(plan, number)]


def _drawn_trials(
    trials: int, plan: StudyPlan, folder: RunFolder
) -> list[optuna.trial.FrozenTrial]:
    study = optuna.create_study(direction="minimize", sampler=RandomSampler(seed=0))
    work = SearchWork(plan, folder, draw_curve=lambda *_: b"")
    for slot in planned_slots(plan)[:trials]:
        known = {**slot.attributes, attrs.SLOT: slot.number}
        study.enqueue_trial(dict(slot.params), user_attrs=known)
        trial = study.ask()
        work.job(trial)
        result = _result(random.Random(slot.number).uniform(0.5, 0.8))
        for look, point in enumerate(result.curve, start=1):
            trial.report(point.validation_loss, look)
        for name, value in attrs.of_result(result).items():
            trial.set_user_attr(name, value)
        study.tell(trial, result.validation_loss)
    return study.trials


def _result(accuracy: float) -> Result:
    loss = 1.5 - accuracy
    return Result(
        validation_loss=loss,
        validation_accuracy=accuracy,
        curve=tuple(
            CurvePoint(epoch + 1, loss, accuracy, loss, accuracy) for epoch in range(_EPOCHS)
        ),
        seconds=1.0,
        peak_memory=700.0,
        stopped=False,
        at_epoch_cap=False,
        weights="0" * 64,
    )
