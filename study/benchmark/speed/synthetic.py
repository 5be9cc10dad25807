"""Studies of any length whose trials trained nothing, for timing what surrounds training."""

import random
from dataclasses import replace
from pathlib import Path

import optuna
from optuna.samplers import RandomSampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from study.phases.search import open_search, search_slots
from study.question.plan import StudyPlan, resolve
from study.question.settings import RunSettings, SearchSettings, Settings
from study.question.settings_file import save_settings
from study.storage.folder import RunFolder
from study.storage.sqlite import FileStore
from study.training.curve import CurvePoint
from study.training.job import Result
from study.trials import attributes as attrs
from study.trials.queue import Slot

_EPOCHS = 10


def filled_study(trials: int, output_dir: Path) -> tuple[StudyPlan, RunFolder, FileStore]:
    """A finished search on `surnames` in SQLite, its trials drawn at random."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    plan = resolve(
        Settings(
            search=SearchSettings(n_trials=max(2, trials)),
            run=RunSettings(output_dir=output_dir, quiet=True),
        )
    )
    folder = plan.folder
    folder.create()
    store = FileStore(folder.database)
    study = open_search(store, plan)
    save_settings(folder.settings, plan.settings)
    draws = optuna.create_study(direction="maximize", sampler=RandomSampler(seed=0))
    finished = [_finished(slot, plan, draws) for slot in search_slots(plan)[:trials]]
    with store.transaction():
        study.add_trials(finished)
    return plan, folder, store


def more_slots(plan: StudyPlan, done: int, count: int) -> list[Slot]:
    """The next slots of a plan that has grown."""
    search = replace(plan.settings.search, n_trials=done + count)
    grown = replace(plan, settings=replace(plan.settings, search=search))
    return search_slots(grown)[done:]


def _finished(slot: Slot, plan: StudyPlan, draws: optuna.Study) -> FrozenTrial:
    draws.enqueue_trial(dict(slot.params))
    drawn = draws.ask()
    candidate = plan.space.suggest(drawn)
    accuracies = [random.Random(slot.number).uniform(0.5, 0.8)] * _EPOCHS
    result = Result(
        validation_accuracy=accuracies[-1],
        curve=tuple(CurvePoint(0.7, value, 0.7, value) for value in accuracies),
        seconds=1.0,
        training_seconds=1.0,
        peak_memory=700.0,
        stopped=False,
        weights="0" * 64,
    )
    attributes = {
        **slot.attributes,
        attrs.SLOT: slot.number,
        **attrs.of_candidate(candidate, plan.task, seed=slot.number),
        **attrs.of_result(result),
    }
    return create_trial(
        state=TrialState.COMPLETE,
        params=drawn.params,
        distributions=drawn.distributions,
        value=accuracies[-1],
        user_attrs=attributes,
        intermediate_values=dict(enumerate(accuracies, start=1)),
    )
