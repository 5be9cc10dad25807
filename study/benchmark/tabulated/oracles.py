"""KerasTuner's searches, driven through their own oracles on a table of trainings."""

import tempfile
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from study.benchmark.tabulated.evaluator import Evaluator

if TYPE_CHECKING:
    from search_spaces.space import SearchSpace
    from study.benchmark.tabulated.trainings import Training

_NO_END = 10**6  # more trials, failures or rounds than any number of epochs pays for
_STUCK = 10  # failures in a row; KerasTuner itself gives up after 3
_OBJECTIVE = "val_loss"


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


def search_with_oracle(
    evaluator: Evaluator, tuner: Tuner, space: "Callable[[SearchSpace], SearchSpace]"
) -> None:
    """Search until no epochs are left, or the tuner is stuck.

    A model over the budget fails its trial, as `max_model_size` makes it. The Bayesian tuner
    learns nothing from that, and proposes the same model for ever. A trial that goes on with
    an earlier one's model pays for its additional epochs only.
    """
    import keras_tuner

    from search_spaces.kerastuner import candidate

    plan = evaluator.table.plan
    searched = space(plan.space)
    known = keras_tuner.HyperParameters()
    candidate(searched, known)  # registers the hyperparameters
    oracle = tuner.oracle(
        plan.epochs,
        objective=keras_tuner.Objective(_OBJECTIVE, "min"),
        hyperparameters=known,
        seed=evaluator.seed + 1,  # 0 would be drawn anew
        max_consecutive_failed_trials=_NO_END,
    )
    oracle.verbose = 0
    trainings: dict[str, Training] = {}
    with tempfile.TemporaryDirectory() as folder:
        oracle._set_project_dir(folder, "search")
        failures = 0
        while evaluator.open and failures < _STUCK:
            trial = oracle.create_trial("tuner0")
            trial.status = run_trial(trial, searched, trainings, evaluator, oracle)
            oracle.end_trial(trial)
            failures = failures + 1 if trial.status == "FAILED" else 0


def run_trial(
    trial: Any,
    space: "SearchSpace",
    trainings: "dict[str, Training]",
    evaluator: Evaluator,
    oracle: Any,
) -> str:
    """Train a trial, tell its loss, and return its status.

    Args:
        trainings: By trial; this one's is added.
    """
    from search_spaces.kerastuner import candidate

    asked = candidate(space, trial.hyperparameters)
    values = trial.hyperparameters.values
    earlier = trainings.get(values.get("tuner/trial_id", ""))
    training = earlier or evaluator.training(asked)
    if training is None:
        return "FAILED"
    trainings[trial.trial_id] = training
    curve = training.curve[: values.get("tuner/epochs")]
    done = len(curve[: values.get("tuner/initial_epoch", 0)])
    evaluator.train(len(curve) - done)
    evaluator.end(asked, training, min(curve), resumed=earlier is not None)
    oracle.update_trial(trial.trial_id, {_OBJECTIVE: min(curve)})
    return "COMPLETED"
