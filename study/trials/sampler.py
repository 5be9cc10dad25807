"""Each cell tuned from its own trials of one search, with the same effort as the others.

TPE splits *all* trials of a study into good and bad before it looks at a parameter, also
with `group=True`: when one cell is behind, none of its trials are among the good, and its
parameters are drawn blindly. A smaller budget's losses are worse for all that. So TPE is shown
the trials of one cell in one search, each measured against its own budget's.
"""

import math
from collections.abc import Callable, Container, Mapping
from copy import copy
from functools import cached_property
from statistics import median
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler, TPESampler
from optuna.search_space import IntersectionSearchSpace
from optuna.trial import FrozenTrial, TrialState
from scipy.stats import qmc

from search_spaces.parameters import LEARNING_RATE, is_size, parameter_name
from study.trials import attributes as attrs

BEGINNINGS = 8  # finished trials of a cell in a search, before TPE models them
_BLOCK = 4  # Sobol points that are tried in an order of our own: one in each quarter of a range
MODELLED = (TrialState.COMPLETE, TrialState.PRUNED)
WARMUP_LOOKS = 6  # before which no trial is pruned
GAIN = 1.5  # times what the second half of the looks gained
_DIMENSIONS = 16  # of the points; no space has more parameters

Point = NDArray[np.float64]  # (16,), shares below 1


class OneCell(optuna.Study):
    """A study seen through one trial: only trials of its search and cell are in it.

    A value is the difference from the median of its budget's, so that budgets compare.

    Args:
        fresh: Whether to read what has happened since the trial was asked for.
    """

    def __init__(self, study: optuna.Study, trial: FrozenTrial, *, fresh: bool = False) -> None:
        # Not through Optuna's constructor, which asks the storage again for what `study` knows.
        self.__dict__.update(study.__dict__)
        self._fresh = fresh
        self._cell: str = trial.user_attrs[attrs.CELL]
        self._search: int = trial.user_attrs[attrs.SEARCH]

    @property
    def prefix(self) -> str:
        """What the names of the cell's parameters begin with."""
        return parameter_name(self._cell, "")

    def place(self, trial: FrozenTrial) -> int:
        """How many slots of this trial's budget the plan has before its own."""
        own = trial.user_attrs[attrs.SLOT]
        slots = {
            other.user_attrs[attrs.SLOT]
            for other in self.trials_of_cell
            if other.user_attrs[attrs.BUDGET] == trial.user_attrs[attrs.BUDGET]
        }
        return sum(slot < own for slot in slots)

    @cached_property
    def trials_of_cell(self) -> list[FrozenTrial]:
        """As they are, in the order of the plan, which is not that of the numbers after a retry."""
        mine = [
            trial
            for trial in super()._get_trials(deepcopy=False, use_cache=not self._fresh)
            if trial.user_attrs.get(attrs.CELL) == self._cell
            and trial.user_attrs.get(attrs.SEARCH) == self._search
        ]
        return sorted(mine, key=lambda trial: int(trial.user_attrs[attrs.SLOT]))

    def get_trials(
        self, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """The trials, as `optuna.Study.get_trials` gives them."""
        return self._get_trials(deepcopy, states)

    def _get_trials(
        self,
        deepcopy: bool = True,
        states: Container[TrialState] | None = None,
        use_cache: bool = False,
    ) -> list[FrozenTrial]:
        levels = self._levels
        return [
            _relative_to(trial, levels)
            for trial in self.trials_of_cell
            if states is None or trial.state in states
        ]

    def relative(self, trial: FrozenTrial, value: float) -> float:
        """A value of one of these trials as its difference from its budget's level."""
        return value - self._levels.get(trial.user_attrs[attrs.BUDGET], 0.0)

    @cached_property
    def _levels(self) -> Mapping[int, float]:
        """The median value of each budget's complete trials."""
        values: dict[int, list[float]] = {}
        for trial in self.trials_of_cell:
            if trial.state is TrialState.COMPLETE and trial.value is not None:
                values.setdefault(trial.user_attrs[attrs.BUDGET], []).append(trial.value)
        return {limit: median(of_budget) for limit, of_budget in values.items()}


# From a seed, the trials to learn from, the asking one, and distributions by name to values.
Model = Callable[[int, OneCell, FrozenTrial, dict[str, BaseDistribution]], dict[str, Any]]


def tpe(
    seed: int, view: OneCell, trial: FrozenTrial, space: dict[str, BaseDistribution]
) -> dict[str, Any]:
    """Optuna's TPE."""
    sampler = TPESampler(seed=seed, n_startup_trials=0, multivariate=True, constant_liar=True)
    return sampler.sample_relative(view, trial, space)


def sobol_point(seed: int, place: int) -> Point:
    """A scrambled Sobol point."""
    points = qmc.Sobol(_DIMENSIONS, rng=seed)
    block, rank = divmod(place, _BLOCK)
    if block:  # SciPy cannot go forward by none
        points.fast_forward(block * _BLOCK)
    middle_first = sorted(points.random(_BLOCK), key=lambda point: abs(float(point[0]) - 0.5))
    return middle_first[rank]


def random_point(seed: int, place: int) -> Point:
    """A uniform point."""
    return np.random.default_rng([seed, place]).random(_DIMENSIONS)


class CellSampler(BaseSampler):
    """Evenly spread beginnings, then a model of the trials of the asking one's search and cell.

    The beginnings are scrambled Sobol points (Owen 1998), the same for all cells of a search, so
    that no cell begins luckier than another. Of four points those with middling learning rates
    come first: nothing can prune the first trial, and at a small rate it takes three times as
    long. Sizes are spread so throughout: what wins is trained at the full width of its budget, so
    that no width is better than another.

    Random numbers derive from the study's seed and the trial's place in the plan, never from the
    sampler's state: so a resumed study draws what an uninterrupted one would have drawn, and
    does not draw the same again.
    """

    def __init__(
        self, seed: int, model: Model | None = tpe, point: Callable[[int, int], Point] = sobol_point
    ) -> None:
        """Describe a sampler.

        Args:
            model: Chooses all but the sizes, once there are 8 trials; None begins for ever.
            point: From a seed and a trial's place among those of its search, cell and budget to
                shares of the ranges, that of the learning rate first.
        """
        self._seed = seed
        self._model = model
        self._point = point

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """What is modelled: the parameters that this trial's cell has had, without its size."""
        view = OneCell(study, trial)
        finished = sum(one.state in MODELLED for one in view.trials_of_cell)
        if self._model is None or finished < BEGINNINGS:
            return {}
        seen = IntersectionSearchSpace(include_pruned=True).calculate(view)
        return {
            name: distribution
            for name, distribution in seen.items()
            if name.startswith(view.prefix) and not is_size(name) and not distribution.single()
        }

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Values of those parameters, drawn jointly."""
        if self._model is None or not search_space:
            return {}
        seed = derived_seed(self._seed, trial.user_attrs[attrs.SLOT], "sampler")
        return self._model(seed, OneCell(study, trial), trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """A value of one parameter that the model did not draw."""
        search, limit = trial.user_attrs[attrs.SEARCH], trial.user_attrs[attrs.BUDGET]
        seed = derived_seed(self._seed, limit, f"beginnings of search {search}")
        point = self._point(seed, OneCell(study, trial).place(trial))
        # Parameters are asked for in the same order in every trial of a cell.
        dimension = 0 if param_name.endswith(LEARNING_RATE) else 1 + len(trial.params)
        return value_at(float(point[dimension]), param_distribution)


class CellPruner(BasePruner):
    """Stops a trial that cannot be expected to reach the best of its search, cell and budget.

    What the second half of its looks gained is projected: where even one and a half times as much
    would not bring its validation loss down to the best complete trial's, it stops. A gain of once
    as much is a straight line over the logarithm of the epochs, until these have doubled. What
    learns slowly still gains much, and goes on; a comparison at the same epoch, as with the
    median, measures who learns fast, and costs the small learning rates.
    """

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Whether to stop this trial now."""
        looks = trial.last_step or 0
        if looks < WARMUP_LOOKS:
            return False
        limit = trial.user_attrs[attrs.BUDGET]
        complete = [
            other.value
            for other in OneCell(study, trial, fresh=True).trials_of_cell
            if other.state is TrialState.COMPLETE
            and other.value is not None
            and other.user_attrs[attrs.BUDGET] == limit
        ]
        if not complete:
            return False
        lowest, halfway = _lowest(trial, looks), _lowest(trial, looks // 2)
        return lowest - GAIN * (halfway - lowest) > min(complete)


def _lowest(trial: FrozenTrial, last: int) -> float:
    """The lowest validation loss until a look."""
    return min(loss for look, loss in trial.intermediate_values.items() if look <= last)


def _relative_to(trial: FrozenTrial, levels: Mapping[int, float]) -> FrozenTrial:
    """The trial with the difference from its budget's level as its value."""
    if trial.state is not TrialState.COMPLETE or trial.value is None:
        return trial
    relative = copy(trial)
    relative.value = trial.value - levels[trial.user_attrs[attrs.BUDGET]]
    return relative


def value_at(share: float, distribution: BaseDistribution) -> Any:
    """The value at a share of a distribution's range, on its scale; a share is below 1."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[int(share * len(distribution.choices))]
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    low, high = float(distribution.low), float(distribution.high)
    whole = isinstance(distribution, IntDistribution)
    if whole:  # every integer has the same part of the scale, the bounds too
        low, high = low - 0.5, high + 0.5
    if distribution.log:
        value = math.exp(math.log(low) + share * math.log(high / low))
    else:
        value = low + share * (high - low)
    value = max(distribution.low, min(value, distribution.high))
    return round(value) if whole else value


def derived_seed(seed: int, place: int, purpose: str) -> int:
    """A seed of its own for one purpose at one place of a study, below 2**31."""
    entropy = [seed, place, *purpose.encode()]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0] >> 1)
