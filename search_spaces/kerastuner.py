"""A search space as KerasTuner's hyperparameters.

KerasTuner has no bound that depends on the cell, and its `max_model_size` builds a model to
find it too large; here, as everywhere, nothing over the budget is ever suggested.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras_tuner

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from search_spaces.parameters import LEARNING_RATE, parameter_name
from search_spaces.space import SearchSpace

_CELL = "cell"


def candidate(space: SearchSpace, hp: keras_tuner.HyperParameters) -> Candidate:
    """The candidate that these hyperparameters stand for; missing ones are registered.

    All cells' hyperparameters are registered at once, each active under its own cell only, so that
    no tuner meets those of a cell at their defaults when it first tries that cell. The defaults
    are those of `sensible`.
    """
    names = [str(cell) for cell in space.cells]
    chosen = hp.Choice(_CELL, names)
    made = {
        name: space.suggest(_HyperParametersTrial(hp, name, sensible(space, Cell(name))))
        for name in names
    }
    return made[chosen]


def sensible(space: SearchSpace, cell: Cell) -> Mapping[str, Any]:
    """The parameters of the widest model of a cell within the budget: one forward layer on the
    task's own embedding, no dropout, Adam's usual step size."""
    shape = space.narrowest(cell)
    embedded = replace(shape, embedding=space.task.embedding)
    if space.budget.excess(embedded, space.task) <= 0:
        shape = embedded
    known = {
        "units": space.budget.largest(shape, space.task),
        "embedding": shape.embedding,
        LEARNING_RATE: shape.learning_rate,
    }
    return space.encode_known(cell, space.nearest(cell, known))


@dataclass(frozen=True)
class _HyperParametersTrial:
    """KerasTuner's hyperparameters of one cell, asked as an Optuna trial is.

    A parameter that carries the cell's name is active under that cell only. Where another cell is
    chosen, it is registered, and the default answers.
    """

    hp: Any
    cell: str
    defaults: Mapping[str, Any]

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        if name == _CELL:
            return self.cell
        default = self.defaults.get(name, choices[0])
        values = list(choices)
        value: str = self._active(
            name, default, lambda: self.hp.Choice(name, values, None, default)
        )
        return value

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        return int(self._number(self.hp.Int, name, (low, high), log))

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        return float(self._number(self.hp.Float, name, (low, high), log))

    def _number(
        self, register: Callable[..., Any], name: str, bounds: tuple[float, float], log: bool
    ) -> Any:
        default = self.defaults.get(name, bounds[0])
        options = {"sampling": "log" if log else "linear", "default": default}
        return self._active(name, default, lambda: register(name, *bounds, **options))

    def _active(self, name: str, default: Any, register: Callable[[], Any]) -> Any:
        if not name.startswith(parameter_name(self.cell, "")):
            return register()
        with self.hp.conditional_scope(_CELL, [self.cell]):
            value = register()
        return default if value is None else value
