"""Optuna's searches for KerasTuner: every parameter, both directions, and what ends badly."""

from pathlib import Path
from typing import Any

import keras_tuner
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from study.errors import UserError
from study.tuning.oracle import REASON, TRIAL_ID, OptunaOracle
from study.tuning.parameters import distribution
from tests.support.tuning import Everything, Tuner, tuner


def assert_alike(oracle: OptunaOracle) -> None:
    """Both sides have the same trials, parameters and scores."""
    stored = {
        trial.user_attrs[TRIAL_ID]: trial
        for trial in oracle.study.trials
        if trial.state is TrialState.COMPLETE
    }
    complete = {name: trial for name, trial in oracle.trials.items() if trial.status == "COMPLETED"}
    assert stored.keys() == complete.keys()
    for name, trial in complete.items():
        assert stored[name].value == trial.score
        assert stored[name].params == trial.hyperparameters.values


def test_every_parameter_and_condition_is_the_same_on_both_sides(tmp_path: Path) -> None:
    searched = tuner(tmp_path, max_trials=12)
    searched.search()
    assert len(searched.oracle.study.trials) == 12
    assert_alike(searched.oracle)
    best = searched.get_best_hyperparameters()[0].values
    assert searched.oracle.study.best_value == max(t.score for t in searched.oracle.trials.values())
    assert (
        best
        == searched.oracle.trials[
            searched.oracle.study.best_trial.user_attrs[TRIAL_ID]
        ].hyperparameters.values
    )
    found = [trial.params for trial in searched.oracle.study.trials]
    assert {"shape", "form", "second"} <= set().union(*found)
    assert all(("layers" in params) == (params["kind"] == "deep") for params in found)


def test_scales_that_optuna_has_are_its_own() -> None:
    hp = keras_tuner.HyperParameters()
    Everything().build(hp)
    kinds = {one.name: distribution(one) for one in hp.space}
    assert kinds["float step"] == FloatDistribution(0.0, 0.9, step=0.3)
    assert kinds["float log"] == FloatDistribution(1e-3, 1.0, log=True)
    assert kinds["decades"] == CategoricalDistribution([1e-3 * 10**k for k in range(4)])
    assert kinds["int step"] == IntDistribution(1, 9, step=4)
    assert kinds["int log"] == IntDistribution(1, 64, log=True)
    assert kinds["power"] == CategoricalDistribution([2, 4, 8, 16, 32])
    assert kinds["even"] == IntDistribution(16, 48, step=16)
    assert kinds["uneven"] == CategoricalDistribution([16, 64])
    assert kinds["fixed"] == CategoricalDistribution([7])


def test_a_search_goes_on_where_it_stopped_and_the_study_is_the_truth(tmp_path: Path) -> None:
    class Killed(Tuner):
        def run_trial(self, trial: Any) -> Any:
            if trial.trial_id == "03":
                raise KeyboardInterrupt  # as a kill does, it ends nothing
            return super().run_trial(trial)

    first = tuner(tmp_path, Killed, max_trials=10)
    with pytest.raises(KeyboardInterrupt):
        first.search()
    lost = first.oracle.trials["03"].hyperparameters.values
    for path in (tmp_path / "project" / "trial_01").iterdir():
        path.write_text("{}")  # what KerasTuner wrote of it is not asked
    (tmp_path / "project" / "trial_01" / "trial.json").unlink()

    again = tuner(tmp_path, max_trials=10)
    assert len(again.oracle.trials) == 3
    again.search()
    assert_alike(again.oracle)
    assert sorted(again.oracle.trials) == [f"{number:02d}" for number in range(10)]
    assert again.oracle.trials["03"].hyperparameters.values == lost
    ended = [trial for trial in again.oracle.study.trials if trial.state is TrialState.FAIL]
    assert [trial.user_attrs[TRIAL_ID] for trial in ended] == ["03"]
    assert "process" in ended[0].user_attrs[REASON]
    values = [tuple(t.params.items()) for t in again.oracle.study.trials]
    assert len(set(values)) == 10

    more = tuner(tmp_path, max_trials=11)
    more.search()
    assert len(more.oracle.trials) == 11
    assert_alike(more.oracle)


@pytest.mark.filterwarnings("ignore:All-NaN:RuntimeWarning")  # NumPy's, where KerasTuner scores
def test_what_fails_or_has_no_number_is_told_as_failed(tmp_path: Path) -> None:
    class Failing(Tuner):
        def run_trial(self, trial: Any) -> Any:
            match int(trial.trial_id):
                case 1:
                    raise keras_tuner.errors.FailedTrialError("too large")
                case 2:
                    return float("nan")
                case 4:
                    raise ZeroDivisionError("bug")
            return super().run_trial(trial)

    searched = tuner(tmp_path, Failing, max_trials=6, objective=None)
    searched.search()
    study = searched.oracle.study
    assert study.direction is optuna.study.StudyDirection.MINIMIZE
    assert [trial.state.name[0] for trial in study.trials] == list("CFFCFC")
    assert "too large" in study.trials[1].user_attrs[REASON]
    assert "bug" in study.trials[4].user_attrs[REASON]
    assert_alike(searched.oracle)


def test_retries_are_one_trial_and_executions_are_averaged(tmp_path: Path) -> None:
    tries: list[str] = []

    class Twice(Tuner):
        def run_trial(self, trial: Any) -> Any:
            tries.append(trial.trial_id)
            if tries.count(trial.trial_id) == 1:
                raise ZeroDivisionError
            return [{"score": 1.0}, {"score": 2.0}]

    searched = tuner(tmp_path, Twice, max_trials=3, max_retries_per_trial=1)
    searched.search()
    assert [trial.value for trial in searched.oracle.study.trials] == [1.5] * 3
    assert len(tries) == 6


def test_samplers_storages_and_enqueued_trials_are_optunas(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path}/shared.db"
    sampler = optuna.samplers.RandomSampler(seed=3)
    searched = tuner(tmp_path, max_trials=3, storage=storage, study_name="mine", sampler=sampler)
    searched.oracle.study.enqueue_trial({"int": 3, "kind": "flat"})
    searched.search()
    stored = optuna.load_study(study_name="mine", storage=storage)
    assert stored.trials[0].params["int"] == 3
    assert len(stored.trials) == 3
    other = tuner(tmp_path / "other", storage=storage, study_name="mine", objective="val_loss")
    with pytest.raises(UserError, match=r"minimize.*keras_tuner.Objective\(name, direction\)"):
        other.search()


def test_a_sampler_that_has_tried_all_ends_the_search(tmp_path: Path) -> None:
    class Small(keras_tuner.HyperModel):  # type: ignore[misc]
        def build(self, hp: Any) -> float:
            return float(hp.Int("x", 1, 3) + hp.Boolean("y"))

    oracle = OptunaOracle(
        keras_tuner.Objective("score", "min"),
        max_trials=50,
        sampler=optuna.samplers.GridSampler({"x": [1, 2, 3], "y": [False, True]}, seed=1),
    )
    oracle.verbose = 0
    Tuner(oracle, Small(), directory=tmp_path, project_name="small").search()
    assert len(oracle.study.trials) == 6


def test_a_pruner_that_nothing_asks_is_said_once(tmp_path: Path) -> None:
    pruner = optuna.pruners.MedianPruner()
    with pytest.warns(UserWarning, match="pruner that nothing asks") as warned:
        tuner(tmp_path / "one", max_trials=3, pruner=pruner).search()
    assert sum("nothing asks" in str(each.message) for each in warned) == 1
    tuner(tmp_path / "two", max_trials=1, pruner=optuna.pruners.NopPruner()).search()

    class Asking(Tuner):
        def run_trial(self, trial: Any) -> Any:
            self.oracle.prunes(trial.trial_id, 1.0)
            return super().run_trial(trial)

    tuner(tmp_path / "three", Asking, max_trials=1, pruner=pruner).search()
