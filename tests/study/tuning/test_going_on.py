"""A KerasTuner search that goes on with an Optuna study: after failures, a kill, an overwriting."""

from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.samplers import BaseSampler, PartialFixedSampler, RandomSampler, TPESampler
from optuna.trial import TrialState

from study.errors import UserError
from tests.support.tuning import Tuner, tuner


class Faulty(Tuner):
    def run_trial(self, trial: Any) -> Any:
        raise ZeroDivisionError("bug")


class Killed(Tuner):
    def run_trial(self, trial: Any) -> Any:
        if trial.trial_id == "4":
            raise KeyboardInterrupt  # as a kill does, it ends nothing
        return super().run_trial(trial)


def test_a_search_goes_on_once_what_failed_three_times_is_mended(tmp_path: Path) -> None:
    faulty = tuner(tmp_path, Faulty, max_trials=8)
    with pytest.raises(RuntimeError, match="consecutive failures"):
        faulty.search()
    again = tuner(tmp_path, Faulty, max_trials=8)
    with pytest.raises(RuntimeError, match="consecutive failures"):
        again.search()
    assert len(again.oracle.trials) == 6  # three more, not one
    again.__class__ = Tuner  # in the same process
    again.search()
    states = [trial.state for trial in again.oracle.study.trials]
    assert states == [TrialState.FAIL] * 6 + [TrialState.COMPLETE] * 2


@pytest.mark.parametrize(
    "made",
    [
        lambda: TPESampler(seed=0),
        lambda: RandomSampler(seed=0),
        lambda: PartialFixedSampler({"fixed": 7}, RandomSampler(seed=0)),
        lambda: optuna.samplers.NSGAIISampler(seed=0),
        lambda: None,
    ],
    ids=["tpe", "random", "partial", "nsga2", "default"],
)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")  # of the partial one
def test_a_seeded_sampler_draws_nothing_twice(made: Any, tmp_path: Path) -> None:
    def searched(folder: Path) -> list[dict[str, Any]]:
        with pytest.raises(KeyboardInterrupt):
            tuner(folder, Killed, max_trials=9, sampler=made()).search()
        again = tuner(folder, max_trials=9, sampler=made())
        again.search()
        done = again.oracle.study.get_trials(states=(TrialState.COMPLETE,))
        return [trial.params for trial in done]

    found = searched(tmp_path / "one")
    assert len(found) == 9
    assert len({params["float"] for params in found}) == 9
    assert searched(tmp_path / "two") == found  # from the seed, as it was


def test_a_sampler_without_optunas_random_numbers_is_asked_to_reseed(tmp_path: Path) -> None:
    class Own(BaseSampler):
        reseeded = 0

        def reseed_rng(self) -> None:
            self.reseeded += 1

        def infer_relative_search_space(self, *_: Any) -> dict[str, Any]:
            return {}

        def sample_relative(self, *_: Any) -> dict[str, Any]:
            return {}

        def sample_independent(self, *asked: Any) -> Any:
            return RandomSampler(seed=1).sample_independent(*asked)

    for trials in (1, 2):
        sampler = Own()
        tuner(tmp_path, max_trials=trials, sampler=sampler).search()
        assert sampler.reseeded == trials - 1


def test_overwriting_does_not_go_on_with_the_study_in_silence(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "storage": f"sqlite:///{tmp_path}/shared.db",
        "study_name": "mine",
        "max_trials": 2,
    }
    tuner(tmp_path, **options).search()
    for _ in range(2):  # the second finds none of KerasTuner's files either
        over = tuner(tmp_path, overwrite=True, **options)
        with pytest.raises(UserError, match=r"does not delete .*'mine' \(2 trials\)"):
            over.search()
    tuner(tmp_path, **{**options, "max_trials": 3}).search()
    optuna.delete_study(study_name="mine", storage=options["storage"])
    over = tuner(tmp_path, overwrite=True, **options)
    over.search()
    assert len(over.oracle.study.trials) == 2
    own: dict[str, Any] = {"max_trials": 1}  # in the project's folder, which goes
    tuner(tmp_path / "own", **own).search()
    tuner(tmp_path / "own", overwrite=True, **own).search()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sampler": "tpe"}, r"sampler is .* TPESampler\(seed=0\), but 'tpe' was given"),
        ({"sampler": TPESampler}, "but the class TPESampler was given"),
        ({"pruner": "median"}, r"pruner is .* MedianPruner\(\), but 'median' was given"),
        ({"storage": "tuning.db"}, "storage is a database URL, .* 'tuning.db' was given"),
        ({"storage": 3}, "storage is .* 3 was given"),
        ({"storage": "oracle://there"}, "^storage takes a SQLite file"),
    ],
    ids=str,
)
def test_wrong_kinds_are_refused_before_a_database_is_there(
    wrong: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=said):
        tuner(tmp_path, **{"storage": "sqlite:///tuning.db", **wrong})
    assert not list(tmp_path.iterdir())
