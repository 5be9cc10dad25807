"""KerasTuner's Bayesian optimisation and Hyperband as samplers of a study's trials.

Each time a trial is asked for, KerasTuner's own oracle is made anew from what the storage holds:
so a resumed study draws what an uninterrupted one would have drawn.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial, TrialState

from search_spaces.budget import Budget
from search_spaces.parameters import parameter_name
from search_spaces.space import SearchSpace
from study.trials import attributes as attrs
from study.trials.sampler import MODELLED, CellSampler, OneCell, derived_seed

if TYPE_CHECKING:
    import keras_tuner

_FACTOR = 3  # KerasTuner's default
_UNITS = 3  # of the epochs that a model trains at most: the most that one full training has
_NO_END = 10**6


def bayesian_optimization(
    seed: int, view: OneCell, trial: FrozenTrial, space: dict[str, BaseDistribution]
) -> dict[str, Any]:
    """KerasTuner's Gaussian process and upper confidence bound, fed with the cell's trials.

    A pruned trial counts with the lowest loss that it reached: KerasTuner knows no pruned ones.
    """
    from keras_tuner import Objective, oracles
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    oracle = oracles.BayesianOptimizationOracle(
        objective=Objective("value", "min"),
        max_trials=_NO_END,
        num_initial_points=1,
        seed=seed + 1,  # 0 would be drawn anew
        hyperparameters=_hyperparameters(space),
    )
    for other in view.trials_of_cell:
        if space.keys() <= other.params.keys() and other.number != trial.number:
            _tell(oracle, other, _score(other, view))
    # With more threads its tiny matrices take seven times as long.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's, of a kernel's scale at its bound
        found = oracle.populate_space("next")["values"]
    return {name: found[name] for name in space}


class HyperbandSampler(CellSampler):
    """KerasTuner's Hyperband over the trials of one search, cell and budget.

    Hyperband decides how many epochs a trial trains, and how many trials there are; a plan has a
    fixed number. So its brackets are the smallest that it has, in thirds of the epochs that a model
    may train: three trials of one third, then the best of these once more with all of them, then
    two more with all of them; and again. A trial that goes on trains anew from the beginning.
    All hyperparameters, the size too, are KerasTuner's uniform draws.
    """

    def __init__(self, seed: int, space: SearchSpace) -> None:
        super().__init__(seed)
        self._space = space
        self._shares: dict[int, float] = {}  # by trial id

    def epoch_share(self, trial: optuna.Trial) -> float:
        """The share of the most epochs that a trial may train, which was just asked for."""
        return self._shares[trial._trial_id]

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """All parameters of the trial's cell at its budget."""
        asked = _Recorder(trial.user_attrs[attrs.CELL])
        budget = Budget(trial.user_attrs[attrs.BUDGET], self._space.budget.scope)
        self._space.suggest(asked, budget)
        return asked.found

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """What the oracle tries next, after the trials that the plan has before this one."""
        view, limit = OneCell(study, trial), trial.user_attrs[attrs.BUDGET]
        search, slot = trial.user_attrs[attrs.SEARCH], trial.user_attrs[attrs.SLOT]
        seed = derived_seed(self._seed, limit, f"hyperband of search {search}")
        oracle = self._oracle(seed, search_space)
        before = {
            other.user_attrs[attrs.SLOT]: other  # of several tries the last
            for other in view.trials_of_cell
            if other.user_attrs[attrs.BUDGET] == limit and other.user_attrs[attrs.SLOT] < slot
        }
        for other in before.values():
            chosen = oracle.populate_space(str(other.number))["values"]
            _tell(oracle, other, _score(other, view), chosen)
        found = oracle.populate_space(str(trial.number))["values"]
        self._shares[trial._trial_id] = found["tuner/epochs"] / _UNITS
        return {name: found[name] for name in search_space}

    def _oracle(self, seed: int, space: dict[str, BaseDistribution]) -> Any:
        from keras_tuner import Objective, oracles

        return oracles.HyperbandOracle(
            objective=Objective("value", "min"),
            max_epochs=_UNITS,
            factor=_FACTOR,
            hyperband_iterations=_NO_END,
            seed=seed + 1,  # 0 would be drawn anew
            hyperparameters=_hyperparameters(space),
        )


def _score(trial: FrozenTrial, view: OneCell) -> float | None:
    """The lowest validation loss, relative to its budget's level; None of what has none."""
    if trial.state not in MODELLED or not trial.intermediate_values:
        return None
    return view.relative(trial, min(trial.intermediate_values.values()))


def _tell(
    oracle: Any, trial: FrozenTrial, score: float | None, chosen: Mapping[str, Any] | None = None
) -> None:
    """Add a trial to what an oracle knows.

    Args:
        chosen: Values that the oracle gave it, of which the storage has what was tried.
    """
    from keras_tuner.engine.trial import Trial

    known = oracle.get_space()
    tried = {one.name: trial.params[one.name] for one in known.space if one.name in trial.params}
    known.values = {**(chosen or {}), **tried}
    told = Trial(known, str(trial.number))
    told.score = score
    if score is not None:
        told.status = "COMPLETED"
    elif trial.state is not TrialState.RUNNING:
        told.status = "FAILED"
    else:
        oracle.ongoing_trials[told.trial_id] = told
    oracle.trials[told.trial_id] = told


def _hyperparameters(space: Mapping[str, BaseDistribution]) -> "keras_tuner.HyperParameters":
    """KerasTuner's hyperparameters for Optuna's distributions."""
    from keras_tuner import HyperParameters

    known = HyperParameters()
    for name, values in space.items():
        if isinstance(values, CategoricalDistribution):
            known.Choice(name, list(values.choices))
            continue
        assert isinstance(values, FloatDistribution | IntDistribution)
        register = known.Int if isinstance(values, IntDistribution) else known.Float
        register(name, values.low, values.high, sampling="log" if values.log else "linear")
    return known


@dataclass(frozen=True)
class _Recorder:
    """Asked as a trial is, it answers with any value, and notes what was asked of the cell."""

    cell: str
    found: dict[str, BaseDistribution] = field(default_factory=dict)

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        if not name.startswith(parameter_name(self.cell, "")):
            return self.cell
        self.found[name] = CategoricalDistribution(choices)
        return choices[0]

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        self.found[name] = IntDistribution(low, high, log=log)
        return low

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        self.found[name] = FloatDistribution(low, high, log=log)
        return low
