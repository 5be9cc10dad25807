"""Optuna's searches for KerasTuner's users: its samplers, pruners, storage and dashboard."""

import json
import warnings
from pathlib import Path
from typing import Any

import keras_tuner
import optuna
from keras_tuner.engine.trial import Trial
from optuna.samplers import BaseSampler, TPESampler
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from study.errors import UserError
from study.storage.opening import open_store
from study.tuning import arguments, parameters, reseeding
from study.tuning.pruning import OptunaPruning
from study.tuning.tensorboard import spare_tensorboard

TRIAL_ID = "trial_id"  # user attribute: KerasTuner's name of the trial
REASON = "reason"  # user attribute: why a trial failed
_LOST = "its process ended before it did"
_STATE = "keras_tuner:trial"  # system attribute: what KerasTuner's trial.json holds


class OptunaOracle(keras_tuner.Oracle):  # type: ignore[misc]  # KerasTuner is untyped
    """Chooses the trials of a KerasTuner tuner by Optuna.

    The Optuna study is the truth: a search that was killed goes on with the trials that it has,
    whatever KerasTuner's files say, and a trial that was running is told as failed and done again
    with the same values. One process at a time may go on with a study; of several, the last one
    that opened it. KerasTuner's own distributed search has one oracle, and works.

    A trial that KerasTuner gives up as failed or invalid (its score not a number, too) is told as
    `FAIL`. Retries that KerasTuner makes (`max_retries_per_trial`) are the same trial.
    """

    def __init__(
        self,
        objective: Any = None,
        max_trials: int | None = 10,
        storage: str | BaseStorage | None = None,
        study_name: str | None = None,
        sampler: BaseSampler | None = None,
        pruner: optuna.pruners.BasePruner | None = None,
        **options: Any,
    ) -> None:
        """Describe the study; it is opened when it is first needed.

        Args:
            objective: As every KerasTuner oracle takes it; several are added up, as there.
            max_trials: Of the study; None is no limit.
            storage: Optuna's, or a database URL. Default: `optuna.db` in the project's folder.
            study_name: Default: the tuner's `project_name`.
            sampler: Default: TPE, seeded by `seed`.
            pruner: Asked by the callback that `pruning` returns. Default: Optuna's.
            options: Of `keras_tuner.Oracle`: `seed`, `hyperparameters`, ...

        Raises:
            UserError: `sampler`, `pruner` or `storage` is not of these kinds.
        """
        arguments.check(sampler, pruner, storage)
        super().__init__(objective=objective, max_trials=max_trials, **options)
        spare_tensorboard()
        self._storage, self._study_name = storage, study_name
        self._sampler, self._pruner = sampler, pruner
        self._study: optuna.Study | None = None
        self._running: dict[str, optuna.Trial] | None = None  # by KerasTuner's id, once it begins
        self._pruned: set[str] = set()
        self._unasked = not isinstance(pruner, optuna.pruners.NopPruner | None)
        self._exhausted = False
        self._had_files = False

    @property
    def study(self) -> optuna.Study:
        """Optuna's study, for its plots, importances and enqueued trials.

        Raises:
            UserError: The storage cannot be used, or the study has another direction.
        """
        if self._study is None:
            self._study = self._opened()
        return self._study

    def pruning(self) -> OptunaPruning:
        """A callback for `search`: each epoch's objective goes to Optuna, whose pruner may stop."""
        return OptunaPruning(self)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        if self._exhausted:
            return {"status": "STOPPED"}
        asked = self.study.ask()
        asked.set_user_attr(TRIAL_ID, trial_id)
        values = parameters.suggest(self.hyperparameters.space, asked)
        self._asked[trial_id] = asked
        return {"status": "RUNNING", "values": values}

    @keras_tuner.synchronized  # type: ignore[untyped-decorator]
    def create_trial(self, tuner_id: str) -> Trial:
        if self._running is None:
            self._begin()
        trial = super().create_trial(tuner_id)
        if trial.status == "RUNNING":
            if trial.trial_id not in self._asked:
                self._asked[trial.trial_id] = self._again(trial.trial_id)
            self._note(trial)
        return trial

    @keras_tuner.synchronized  # type: ignore[untyped-decorator]
    def update_trial(self, trial_id: str, metrics: dict[str, float], step: int = 0) -> Trial:
        trial = super().update_trial(trial_id, metrics, step)
        if self.objective.has_value(metrics):
            self._report(trial_id, self.objective.get_value(metrics), step)
        return trial

    @keras_tuner.synchronized  # type: ignore[untyped-decorator]
    def end_trial(self, trial: Trial) -> None:
        try:
            super().end_trial(trial)
        except RuntimeError:  # too many have failed in a row: the next search has its own failures
            self.end_order.clear()
            for tuner, ongoing in list(self.ongoing_trials.items()):
                if ongoing.trial_id == trial.trial_id:
                    del self.ongoing_trials[tuner]
            raise
        finally:
            ended = self.trials[trial.trial_id]
            if ended.status in {"COMPLETED", "FAILED"}:
                self._tell(ended)
        if self._unasked and ended.status == "COMPLETED":
            self._unasked = False
            warnings.warn(
                "OptunaOracle has a pruner that nothing asks. Give search() "
                "callbacks=[oracle.pruning()], or leave the pruner out.",
                stacklevel=2,
            )

    def prunes(self, trial_id: str, value: float) -> bool:
        """Report the objective's next value to Optuna; whether its pruner stops the trial."""
        self._unasked = False
        self._report(trial_id, value)
        if self._asked[trial_id].should_prune():
            self._pruned.add(trial_id)
        return trial_id in self._pruned

    def reload(self) -> None:
        super().reload()
        self._read()

    def _set_project_dir(self, directory: Any, project_name: str) -> None:
        super()._set_project_dir(directory, project_name)  # before an overwriting tuner deletes it
        self._had_files = Path(self._get_oracle_fname()).exists()

    @property
    def _asked(self) -> dict[str, optuna.Trial]:
        assert self._running is not None  # `create_trial` comes first
        return self._running

    def _opened(self) -> optuna.Study:
        storage = self._storage
        if not isinstance(storage, BaseStorage):
            storage = open_store(storage, Path(self._project_dir) / "optuna.db").optuna()
        highest = self.objective.direction == "max"
        direction = StudyDirection.MAXIMIZE if highest else StudyDirection.MINIMIZE
        study = optuna.create_study(
            storage=storage,
            study_name=self._study_name or self._project_name,
            direction=direction,
            sampler=self._sampler or TPESampler(seed=self.seed),
            pruner=self._pruner,
            load_if_exists=True,
        )
        if study.directions != [direction]:
            raise UserError(
                f"The study {study.study_name!r} does not {direction.name.lower()} one value, as "
                f"the objective {self.objective.name!r} asks. Choose another study_name, or say "
                "objective=keras_tuner.Objective(name, direction)."
            )
        if drawn := len(study.get_trials(deepcopy=False)):
            reseeding.go_on(study.sampler, drawn)
        return study

    def _begin(self) -> None:
        """Take the study over: what runs in it has lost its process.

        Raises:
            UserError: KerasTuner was told to overwrite, which leaves the study as it is.
        """
        self._refuse_overwriting()
        self._running = {}
        self._read()
        for trial in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            known = trial.system_attrs.get(_STATE)
            running = optuna.Trial(self.study, trial._trial_id)
            running.set_user_attr(REASON, _LOST)
            self.study.tell(trial.number, state=TrialState.FAIL)
            if known is not None:
                lost = Trial.from_state(json.loads(known))
                self.trials[lost.trial_id] = lost
                self.start_order.append(lost.trial_id)
                self._retry_queue.append(lost.trial_id)

    def _refuse_overwriting(self) -> None:
        trials = len(self.study.get_trials(deepcopy=False))
        if self._had_files and trials and not Path(self._get_oracle_fname()).exists():
            self.save()  # so that it is refused the next time, too
            name = self.study.study_name
            raise UserError(
                f"overwrite=True does not delete the Optuna study {name!r} ({trials} trials). "
                f"Delete it with optuna.delete_study(study_name={name!r}, storage=...), choose "
                "another study_name, or leave overwrite out to go on with it."
            )

    def _read(self) -> None:
        """Take the finished trials from the study.

        `end_order` stays empty: KerasTuner counts consecutive failures in it, and those of an
        earlier process may be mended.
        """
        mine = (self.trials, self.ongoing_trials, self.start_order, self.end_order)
        for known in (*mine, self._retry_queue, self._tried_so_far):
            known.clear()
        for stored in self.study.get_trials(deepcopy=False):
            lost = stored.user_attrs.get(REASON) == _LOST
            if _STATE not in stored.system_attrs or not stored.state.is_finished() or lost:
                continue
            trial = Trial.from_state(json.loads(stored.system_attrs[_STATE]))
            self.trials[trial.trial_id] = trial
            self.start_order.append(trial.trial_id)
            self.update_space(trial.hyperparameters)
            self._tried_so_far.add(self._compute_values_hash(trial.hyperparameters.values))

    def _again(self, trial_id: str) -> optuna.Trial:
        """A new trial with the values of one that was lost."""
        values = list(parameters.active(self.trials[trial_id].hyperparameters))
        self.study.add_trial(
            create_trial(
                state=TrialState.RUNNING,
                params={name: value for name, value, _ in values},
                distributions={name: among for name, _, among in values},
                user_attrs={TRIAL_ID: trial_id},
            )
        )
        last = self.study.get_trials(deepcopy=False)[-1]
        return optuna.Trial(self.study, last._trial_id)

    def _report(self, trial_id: str, value: float, step: int | None = None) -> None:
        """Tell Optuna a value of the objective, at its next step where none is given."""
        asked = self._asked[trial_id]
        reported = self._frozen(asked).intermediate_values
        step = max(reported, default=-1) + 1 if step is None else int(step)
        if step not in reported:
            asked.report(float(value), step)

    def _note(self, trial: Trial) -> None:
        """Store what KerasTuner knows of a trial."""
        storage, asked = self.study._storage, self._asked[trial.trial_id]
        had = self._frozen(asked).params
        for name, value, among in parameters.active(trial.hyperparameters):
            if name not in had:  # it appeared while the model was built
                internal = among.to_internal_repr(value)
                storage.set_trial_param(asked._trial_id, name, internal, among)
        state = json.dumps(trial.get_state())
        storage.set_trial_system_attr(asked._trial_id, _STATE, state)

    def _tell(self, trial: Trial) -> None:
        asked = self._asked[trial.trial_id]
        self._note(trial)
        for name in trial.metrics.metrics:
            asked.set_user_attr(name, trial.metrics.get_best_value(name))
        loop = self.study._thread_local
        loop.in_optimize_loop = True  # so that a sampler that has tried all may say so
        try:
            if trial.status == "FAILED":
                reason = (trial.message or "the score is not a number").strip().splitlines()[-1]
                asked.set_user_attr(REASON, reason)
                self.study.tell(asked, state=TrialState.FAIL)
            elif trial.trial_id in self._pruned:
                self._tell_pruned(asked, float(trial.score))
            else:
                self.study.tell(asked, float(trial.score))
        finally:
            loop.in_optimize_loop = False
        self._exhausted = self.study._stop_flag
        del self._asked[trial.trial_id]

    def _tell_pruned(self, asked: optuna.Trial, score: float) -> None:
        """Optuna's `tell` would take the last report for a value; both sides keep the score."""
        pruned = TrialState.PRUNED
        self.study.sampler.after_trial(self.study, self._frozen(asked), pruned, [score])
        self.study._storage.set_trial_state_values(asked._trial_id, pruned, [score])

    def _frozen(self, asked: optuna.Trial) -> FrozenTrial:
        return self.study._storage.get_trial(asked._trial_id)
