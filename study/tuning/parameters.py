"""KerasTuner's hyperparameters as Optuna's.

Both hold the same values under the same names. Where Optuna has no such scale, the values decide:

| KerasTuner | Optuna |
|---|---|
| `Int`, `Float`: linear, with or without step; logarithmic | the same |
| `Choice` of three or more evenly spaced integers, ordered | `IntDistribution` with a step |
| any other `Choice`, `Boolean`; logarithmic or reversed logarithmic with a step | categorical |
| reversed logarithmic without step | linear |
| `Fixed` | one choice |

KerasTuner 1.4.8 itself loses the value of a name that stands under two conditions, with any oracle.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import keras_tuner
import optuna
from keras_tuner.engine import hyperparameters as kinds
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

Value = bool | int | float | str


def suggest(space: Sequence[Any], trial: optuna.Trial) -> dict[str, Value]:
    """Values that a trial suggests for all that is active, conditions before what they rule.

    Args:
        space: KerasTuner's hyperparameters, in the order of `HyperParameters.space`.
    """
    chosen = keras_tuner.HyperParameters()
    for one in space:
        chosen.merge([one])
        if chosen.is_active(one):
            chosen.values[one.name] = _suggest(trial, one.name, distribution(one))
    values: dict[str, Value] = chosen.values
    return values


def active(hyperparameters: Any) -> Iterator[tuple[str, Value, BaseDistribution]]:
    """Name, value and distribution of all that is active in a trial."""
    for one in hyperparameters.space:
        if hyperparameters.is_active(one) and one.name in hyperparameters.values:
            yield one.name, hyperparameters.values[one.name], distribution(one)


def distribution(one: Any) -> BaseDistribution:
    """Optuna's distribution of a hyperparameter's values."""
    if isinstance(one, kinds.Boolean):
        return CategoricalDistribution((False, True))
    if isinstance(one, kinds.Fixed):
        return CategoricalDistribution((one.value,))
    if isinstance(one, kinds.Choice):
        return _of_choices(list(dict.fromkeys(one.values)), one.ordered)
    whole = isinstance(one, kinds.Int)
    if one.step is not None and one.sampling != "linear":
        return CategoricalDistribution([int(v) if whole else float(v) for v in one.values])
    low, log = one.min_value, one.sampling == "log"
    kind = IntDistribution if whole else FloatDistribution
    if log or one.step is None:
        return kind(low, one.max_value, log=log)
    return kind(low, _last(low, one.max_value, one.step), step=one.step)


def _last(low: float, high: float, step: float) -> Any:
    """The last value within the bounds, which Optuna wants for the upper one, in its decimals."""
    first, by = Decimal(str(low)), Decimal(str(step))
    return type(low)(first + (Decimal(str(high)) - first) // by * by)


def _of_choices(choices: list[Any], ordered: bool) -> BaseDistribution:
    if ordered and all(type(choice) is int for choice in choices):
        steps = {after - before for before, after in pairwise(choices)}
        if len(choices) > 2 and len(steps) == 1 and min(steps) > 0:
            return IntDistribution(choices[0], choices[-1], step=min(steps))
    return CategoricalDistribution(choices)


def _suggest(trial: optuna.Trial, name: str, values: BaseDistribution) -> Value:
    if isinstance(values, IntDistribution):
        return trial.suggest_int(name, values.low, values.high, step=values.step, log=values.log)
    if isinstance(values, FloatDistribution):
        return trial.suggest_float(name, values.low, values.high, step=values.step, log=values.log)
    assert isinstance(values, CategoricalDistribution)
    chosen = trial.suggest_categorical(name, values.choices)
    assert chosen is not None  # no choice of KerasTuner's is
    return chosen
