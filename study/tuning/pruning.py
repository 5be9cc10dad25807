"""Optuna's pruner inside a KerasTuner search."""

from typing import Any

import keras
from keras_tuner import errors


class OptunaPruning(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Reports the objective after each epoch, and stops the training where the pruner says so.

    KerasTuner knows no pruned trial, and calls the search off after three failed ones: there, a
    trial that was stopped is complete, with the best value that it had. Optuna has it as pruned,
    with the same value. Of several executions each is reported after the other.
    """

    def __init__(self, oracle: Any) -> None:
        """Belong to an `OptunaOracle`, whose method `pruning` makes this."""
        super().__init__()
        self._oracle = oracle

    def __deepcopy__(self, memo: dict[int, Any]) -> "OptunaPruning":
        return OptunaPruning(self._oracle)  # KerasTuner copies callbacks for every execution

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        ongoing = list(self._oracle.ongoing_trials.values())
        if len(ongoing) != 1:
            raise errors.FatalRuntimeError(
                f"Optuna's pruner needs the search to run in one process, but {len(ongoing)} "
                "trials run here. Leave the callback out of a distributed search."
            )
        objective = self._oracle.objective
        if (
            logs
            and objective.has_value(logs)
            and self._oracle.prunes(ongoing[0].trial_id, objective.get_value(logs))
        ):
            self.model.stop_training = True
