"""A search space as a KerasTuner HyperModel, for those who search with KerasTuner.

KerasTuner has no bound that depends on the cell, and its `max_model_size` builds a model to
find it too large; here, as everywhere, nothing over the budget is ever suggested.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras_tuner

from search_spaces.candidate import Candidate
from search_spaces.parameters import parameter_name
from search_spaces.space import SearchSpace


class BudgetHyperModel(keras_tuner.HyperModel):  # type: ignore[misc]  # KerasTuner is untyped
    """Models from a search space, built by KerasTuner's own parameters."""

    def __init__(self, space: SearchSpace, build: Callable[[Candidate], Any]) -> None:
        """Publish a space.

        Args:
            build: From a candidate to a compiled Keras model.
        """
        super().__init__(name=f"isoparam-{type(space).__name__}")
        self.space = space
        self._model_of = build

    def build(self, hp: keras_tuner.HyperParameters) -> Any:
        """The compiled model of these hyperparameters; always within the budget."""
        return self._model_of(candidate(self.space, hp))


def candidate(space: SearchSpace, hp: keras_tuner.HyperParameters) -> Candidate:
    """The candidate that these hyperparameters stand for; missing ones are registered."""
    return space.suggest(_HyperParametersTrial(hp, tuple(str(cell) for cell in space.cells)))


@dataclass(frozen=True)
class _HyperParametersTrial:
    """KerasTuner's hyperparameters, asked as an Optuna trial is.

    A parameter that carries a cell's name is active under that cell only.
    """

    hp: Any
    cells: tuple[str, ...]

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        value: str = self._active(name, lambda: self.hp.Choice(name, list(choices)))
        return value

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        sampling = "log" if log else "linear"
        return int(self._active(name, lambda: self.hp.Int(name, low, high, sampling=sampling)))

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        sampling = "log" if log else "linear"
        return float(self._active(name, lambda: self.hp.Float(name, low, high, sampling=sampling)))

    def _active(self, name: str, register: Callable[[], Any]) -> Any:
        # The longest first: the prefix of `gru` also begins that of `gru-reset-before`.
        for cell in sorted(self.cells, key=len, reverse=True):
            if name.startswith(parameter_name(cell, "")):
                with self.hp.conditional_scope("cell", [cell]):
                    return register()
        return register()
