"""A study read back from its folder and storage, as the reports need it."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial

from study.errors import UserError
from study.machine.program import typed
from study.phases.baseline import stored_baseline
from study.phases.confirmation import confirmation_name, looks, stored_test_labels
from study.phases.identity import ENVIRONMENT, IDENTITY, refuse_other
from study.phases.registration import registrations
from study.phases.winners import kept
from study.question.plan import StudyPlan, resolve
from study.question.settings_file import load_settings, saved_flags
from study.storage.folder import RunFolder
from study.storage.opening import open_store
from study.storage.sqlite import FileStore
from study.storage.store import Store
from study.trials.attributes import SLOT
from study.trials.reading import confirmation_record, trial_record
from study.trials.record import DatasetRecord, StudyRecord


@dataclass(frozen=True)
class Archive:
    """A study: where it is, and what it asks.

    Attributes:
        folder: Its files.
        plan: Its settings made definite.
        store: Its database.
        command: Goes on with it, where that is not `study.search`.
    """

    folder: RunFolder
    plan: StudyPlan
    store: Store
    command: str | None = None

    def search(self) -> optuna.Study:
        """The Optuna study of the search.

        Raises:
            UserError: The storage has no such study.
        """
        try:
            study = optuna.load_study(study_name=self.plan.name, storage=self.store.optuna())
        except KeyError as error:
            raise UserError(
                f"The storage has no study {self.plan.name!r}. Run it first: {self.resume()}"
            ) from error
        refuse_other(study, self.plan)
        return study

    @property
    def shared(self) -> bool:
        """Whether the database is not the folder's own, so that other folders may have it, too."""
        return self.store.shown_url != FileStore(self.folder.database).shown_url

    def resume(self) -> str:
        """The command that goes on with this study."""
        if self.command:
            return self.command
        command = f"{typed('search')} --config {shlex.quote(str(self.folder.settings))}"
        if self.shared:
            command += f" --storage {shlex.quote(self.store.shown_url)}"
        return command

    def confirmation(self) -> optuna.Study | None:
        """The Optuna study that confirms it, or None where that has not begun."""
        try:
            name = confirmation_name(self.plan.name)
            return optuna.load_study(study_name=name, storage=self.store.optuna())
        except KeyError:
            return None

    def record(self) -> StudyRecord:
        """Everything that a report needs."""
        return self.record_of(self.search(), self.confirmation())

    def record_of(self, search: optuna.Study, confirmation: optuna.Study | None) -> StudyRecord:
        """`record`, where the two studies have been opened already."""
        plan = self.plan
        trials = search.get_trials(deepcopy=False)
        runs = confirmation.get_trials(deepcopy=False) if confirmation else []
        settings = {**saved_flags(plan.settings), **search.user_attrs[IDENTITY]}
        del settings["output-dir"]  # a report is passed on: where its files lie is private
        classes = plan.dataset.facts.classes
        return StudyRecord(
            name=plan.name,
            cells=tuple(str(cell) for cell in plan.cells),
            dataset=_dataset_record(plan),
            task=plan.task,
            budget=plan.budget,
            limits=tuple(budget.limit for budget in plan.ladder()),
            metric=plan.metric,
            margin=plan.margin,
            planned_searches=plan.searches,
            trials_per_search=plan.n_trials,
            planned=len({trial.user_attrs[SLOT] for trial in trials}),
            trials=tuple(trial_record(trial) for trial in trials),
            searches=kept(confirmation, plan) if confirmation else (),
            looks=looks(confirmation) if confirmation else (),
            replicates=plan.replicates,
            confirmations=tuple(confirmation_record(run) for run in runs),
            test_labels=stored_test_labels(confirmation) if confirmation else None,
            majority_label=max(range(len(classes)), key=lambda label: classes[label].train),
            baseline=stored_baseline(confirmation) if confirmation else None,
            settings=dict(sorted(settings.items())),
            seconds={"search": busy_seconds(trials), "confirm": busy_seconds(runs)},
            environment=search.user_attrs[ENVIRONMENT],
            resume=self.resume(),
            storage=self.store.shown_url,
            registrations=registrations(search),
            **_dates([*trials, *runs]),
        )


def open_archive(run: Path, storage: str | None = None) -> Archive:
    """The study that was run in a folder.

    Args:
        run: `runs/<study-name>`.
        storage: Database URL, where it is not in the folder.

    Raises:
        UserError: The folder holds no study.
    """
    folder = RunFolder(run)
    folder.require(folder.settings)
    if storage is None and not folder.database.is_file():
        raise UserError(
            f"The studies of {run} are not in its folder, which has no {folder.database.name}. "
            "Say where they are with --storage, or in the environment variable OPTUNA_STORAGE."
        )
    plan = resolve(load_settings(folder.settings))
    return Archive(folder, plan, open_store(storage, folder.database))


def searched(run: Path, storage: str | None) -> Archive:
    """A study whose search is complete.

    Raises:
        UserError: The folder holds no study, or its search has trials left to do.
    """
    archive = open_archive(run, storage)
    trials = archive.search().get_trials(deepcopy=False)
    left = sum(not trial.state.is_finished() for trial in trials)
    if left:
        raise UserError(
            f"A study is confirmed when its search is complete, but {left} of its trials are not "
            f"done. Go on with it: {archive.resume()}"
        )
    return archive


def read(run: Path, storage: str | None = None) -> StudyRecord:
    """The record of the study that was run in a folder.

    Raises:
        UserError: The folder or the storage holds no such study.
    """
    return open_archive(run, storage).record()


def busy_seconds(trials: Iterable[FrozenTrial]) -> float:
    """Wall-clock time during which at least one trial was at work.

    Pauses between runs of the command do not count; nor does it matter how many machines
    worked at once.
    """
    spans = sorted(
        (trial.datetime_start, trial.datetime_complete)
        for trial in trials
        if trial.datetime_start and trial.datetime_complete
    )
    seconds = 0.0
    end = datetime.min
    for start, complete in spans:
        seconds += max(0.0, (complete - max(start, end)).total_seconds())
        end = max(end, complete)
    return seconds


def _dates(trials: Iterable[FrozenTrial]) -> dict[str, datetime | None]:
    """When the first began and the last ended."""
    begun = [trial.datetime_start for trial in trials if trial.datetime_start]
    ended = [trial.datetime_complete for trial in trials if trial.datetime_complete]
    return {"begun": min(begun, default=None), "ended": max(ended, default=None)}


def _dataset_record(plan: StudyPlan) -> DatasetRecord:
    dataset = plan.dataset
    return DatasetRecord(
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        labels=dataset.labels,
        sequence_length=dataset.sequence_length,
        level=dataset.facts.level,
        train=dataset.sizes["train"],
        validation=dataset.sizes["validation"],
        test=dataset.sizes["test"],
        facts=dataset.facts,
    )
