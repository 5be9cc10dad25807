"""KerasTuner's searches, driven through their own oracles on a table of trainings."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from study.benchmark.tabulated.evaluator import Ledger

if TYPE_CHECKING:
    from search_spaces.candidate import Candidate
    from search_spaces.parameters import Suggester
    from search_spaces.space import SearchSpace
    from study.benchmark.tabulated.trainings import Training

_NO_END = 10**6  # more trials, failures or rounds than any allowance of epochs pays for
_STUCK = 10  # failures in a row; KerasTuner itself gives up after 3
_OBJECTIVE = "val_accuracy"


class Tuner(StrEnum):
    """A tuner of KerasTuner."""

    RANDOM = "KerasTuner RandomSearch"
    HYPERBAND = "KerasTuner Hyperband"
    BAYESIAN = "KerasTuner BayesianOptimization"

    def oracle(self, epochs: int, **common: Any) -> Any:
        """What chooses its trials.

        Args:
            epochs: The most that a model trains.
        """
        from keras_tuner import oracles

        match self:
            case Tuner.HYPERBAND:
                return oracles.HyperbandOracle(
                    max_epochs=epochs, hyperband_iterations=_NO_END, **common
                )
            case Tuner.RANDOM:
                return oracles.RandomSearchOracle(max_trials=_NO_END, **common)
            case Tuner.BAYESIAN:
                return oracles.BayesianOptimizationOracle(max_trials=_NO_END, **common)


class Space(Protocol):
    """Suggests candidates, within the budget or not."""

    def suggest(self, trial: "Suggester") -> "Candidate":
        """A candidate of the trial's values."""


def search_with_oracle(
    ledger: Ledger, tuner: Tuner, space: "Callable[[SearchSpace], Space]"
) -> None:
    """Search until the ledger is closed, or the tuner is stuck.

    A model over the budget fails its trial, as `max_model_size` makes it. The Bayesian tuner
    learns nothing from that, and proposes the same model for ever. A trial that goes on with
    an earlier one's model pays for its additional epochs only.
    """
    import keras_tuner

    suggest = space(ledger.table.origin.space).suggest
    known = keras_tuner.HyperParameters()
    suggest(Values(known))  # registers the parameters
    oracle = tuner.oracle(
        ledger.table.origin.epochs,
        objective=keras_tuner.Objective(_OBJECTIVE, "max"),
        hyperparameters=known,
        seed=ledger.seed + 1,  # 0 would be drawn anew
        max_consecutive_failed_trials=_NO_END,
    )
    oracle.verbose = 0
    trainings: dict[str, Training] = {}
    with tempfile.TemporaryDirectory() as folder:
        oracle._set_project_dir(folder, "search")
        failures = 0
        while ledger.open and failures < _STUCK:
            trial = oracle.create_trial("tuner0")
            trial.status = run_trial(trial, suggest, trainings, ledger, oracle)
            oracle.end_trial(trial)
            failures = failures + 1 if trial.status == "FAILED" else 0


def run_trial(
    trial: Any,
    suggest: "Callable[[Suggester], Candidate]",
    trainings: "dict[str, Training]",
    ledger: Ledger,
    oracle: Any,
) -> str:
    """Train a trial, tell its accuracy, and return its status.

    Args:
        trainings: By trial; this one's is added.
    """
    values = trial.hyperparameters.values
    candidate = suggest(Values(trial.hyperparameters))
    if not ledger.fits(candidate):
        return "FAILED"
    before = trainings.get(values.get("tuner/trial_id", ""))
    training = trainings[trial.trial_id] = before or ledger.training(candidate)
    curve = training.curve[: values.get("tuner/epochs")]
    done = len(curve[: values.get("tuner/initial_epoch", 0)])
    ledger.spend(len(curve) - done)
    if before:
        ledger.go_on(training, max(curve))
    else:
        ledger.end(candidate, training, max(curve))
    oracle.update_trial(trial.trial_id, {_OBJECTIVE: max(curve)})
    return "COMPLETED"


@dataclass(frozen=True)
class Values:
    """KerasTuner's hyperparameters, asked as an Optuna trial is."""

    known: Any

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        value: str = self.known.Choice(name, list(choices))
        return value

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        return int(self.known.Int(name, low, high, sampling="log" if log else "linear"))

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        return float(self.known.Float(name, low, high, sampling="log" if log else "linear"))
