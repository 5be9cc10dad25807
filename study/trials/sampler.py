"""Each cell tuned from its own trials alone, with the same effort.

TPE splits *all* trials of a study into good and bad before it looks at a parameter, also
with `group=True`: when one cell is behind, none of its trials are among the good, and its
parameters are drawn blindly. MedianPruner, too, compares across cells. So both are
shown a study that holds one cell's trials only. A cell's first trial is a known good one.
"""

import math
import warnings
from collections.abc import Container
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.pruners import BasePruner, MedianPruner
from optuna.samplers import BaseSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

from search_spaces.parameters import parameter_name
from study.trials import attributes as attrs

_STARTUP_TRIALS = 4  # of each cell, before TPE models it
_COMPARED_TRIALS = 2  # of each cell, trained to their ends before any is pruned
_WARMUP_EPOCHS = 2  # the first epoch after which a trial may be pruned

# A cell's first trial, as far as its space has these: the widest model of the budget, which is
# what gets confirmed, with rates amid those of either cell's five best trials on IMDB.
_OPENING = {
    "units": math.inf,
    "budget_share": 1.0,
    "dropout": 0.25,
    "recurrent_dropout": 0.1,
    "learning_rate": 3e-3,
}


class CellSampler(BaseSampler):
    """TPE over the trials of the asking trial's own cell.

    Its random numbers derive from the study's seed and the trial's place in the plan,
    never from the sampler's state: so a resumed study draws what an uninterrupted one
    would have drawn, and does not draw the same again.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._number = -1
        self._tpe: TPESampler

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The parameters that this trial's cell has had so far."""
        self._prepare(trial)
        return self._tpe.infer_relative_search_space(OneCell(study, trial), trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Values of those parameters, drawn jointly."""
        self._prepare(trial)
        return self._tpe.sample_relative(OneCell(study, trial), trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """A value of one parameter that was not drawn jointly: known, or at random."""
        cell = OneCell(study, trial)
        if cell.begins_with(trial):
            value = _opening(param_name.removeprefix(cell.prefix), param_distribution)
            if value is not None:
                return value
        self._prepare(trial)
        return self._tpe.sample_independent(cell, trial, param_name, param_distribution)

    def _prepare(self, trial: FrozenTrial) -> None:
        if trial.number == self._number:
            return
        self._number = trial.number
        seed = derived_seed(self._seed, trial.user_attrs[attrs.SLOT], "sampler")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # `group`
            self._tpe = TPESampler(
                seed=seed,
                n_startup_trials=_STARTUP_TRIALS,
                multivariate=True,
                group=True,
                constant_liar=True,
            )


class CellPruner(BasePruner):
    """Stops a trial whose best epoch so far is below the median of its own cell's trials."""

    def __init__(self) -> None:
        self._median = MedianPruner(
            n_startup_trials=_COMPARED_TRIALS, n_warmup_steps=_WARMUP_EPOCHS
        )

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Whether to stop this trial now."""
        return bool(self._median.prune(OneCell(study, trial), trial))


class OneCell(optuna.Study):
    """A study seen through the cell of one trial: only that cell's trials are in it."""

    def __init__(self, study: optuna.Study, trial: FrozenTrial) -> None:
        # Not through Optuna's constructor, which asks the storage again for what `study` knows.
        self.__dict__.update(study.__dict__)
        self._cell: str = trial.user_attrs[attrs.CELL]

    @property
    def prefix(self) -> str:
        """What the names of the cell's parameters begin with."""
        return parameter_name(self._cell, "")

    def begins_with(self, trial: FrozenTrial) -> bool:
        """Whether the plan has this trial's slot before all others of the cell."""
        slot = trial.user_attrs[attrs.SLOT]
        return all(slot <= other.user_attrs[attrs.SLOT] for other in self.get_trials(False))

    def get_trials(
        self, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """The cell's trials, as `optuna.Study.get_trials` gives them."""
        return self._of_cell(super().get_trials(deepcopy, states))

    def _get_trials(
        self,
        deepcopy: bool = True,
        states: Container[TrialState] | None = None,
        use_cache: bool = False,
    ) -> list[FrozenTrial]:
        return self._of_cell(super()._get_trials(deepcopy, states, use_cache))

    def _of_cell(self, trials: list[FrozenTrial]) -> list[FrozenTrial]:
        return [trial for trial in trials if trial.user_attrs.get(attrs.CELL) == self._cell]


def _opening(name: str, distribution: BaseDistribution) -> float | None:
    """The first trial's value, or the nearest that is allowed; None where there is none."""
    if name not in _OPENING or not isinstance(distribution, IntDistribution | FloatDistribution):
        return None
    return max(distribution.low, min(_OPENING[name], distribution.high))


def derived_seed(seed: int, place: int, purpose: str) -> int:
    """A seed of its own for one purpose at one place of a study, below 2**31."""
    entropy = [seed, place, *purpose.encode()]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0] >> 1)
