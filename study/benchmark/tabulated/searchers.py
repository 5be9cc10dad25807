"""Searches side by side in a table of trainings: ours, plain Optuna's, KerasTuner's, random.

The peers search as their users would write it: one range of widths for both cells. A model
over the budget costs them no epoch, so that the comparison is about choosing alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import optuna
from optuna.pruners import MedianPruner, NopPruner
from optuna.samplers import TPESampler

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate
from search_spaces.parameters import CellTrial
from search_spaces.space import SearchSpace, StandardSpace
from study.benchmark.tabulated.evaluator import Evaluator, TabulatedTrial
from study.benchmark.tabulated.oracles import Tuner, search_with_oracle
from study.benchmark.tabulated.trainings import TrainingTable
from study.training.job import OnLook
from study.trials import attributes as attrs
from study.trials.sampler import CellPruner, CellSampler

NAIVE_UNITS = (4, 128)  # the range of both cells: neither budget ends it

Search = Callable[[Evaluator], None]  # searches until no epochs are left


class NaiveSpace(SearchSpace):
    """The standard space as one would write it by hand: one range of units, never bounded.

    A candidate may be over the budget, and the cells share their hyperparameters.
    """

    ranges = StandardSpace.ranges

    @classmethod
    def like(cls, space: SearchSpace) -> "NaiveSpace":
        """For the same task, budget and cells."""
        return cls(space.task, space.budget, space.cells, space.batch_size)

    def _suggest(self, trial: CellTrial, budget: Budget) -> Candidate:
        asked, shape = trial.trial, self.narrowest(trial.cell)
        units = asked.suggest_int("units", *self._widths(shape, budget), log=True)
        numbers: dict[str, Any] = {
            name: asked.suggest_float(name, within.low, within.high, log=within.log)
            for name, within in self.ranges.items()
        }
        return replace(shape, units=units, **numbers)

    def _widths(self, shape: Candidate, budget: Budget) -> tuple[int, int]:
        return NAIVE_UNITS


def ours(evaluator: Evaluator, pruning: bool = True) -> None:
    """A search of `python -m study.search` at one budget: the cells in turn, each tuned apart."""
    space = evaluator.table.plan.space
    pruner = CellPruner() if pruning else NopPruner()
    study = _study(CellSampler(evaluator.seed), pruner)

    def objective(trial: optuna.Trial) -> float:
        candidate = space.suggest(trial)
        trial.set_user_attr(attrs.CANDIDATE, attrs.pack_candidate(candidate))
        return _train(trial, candidate, evaluator)

    slot = 0
    while evaluator.open:
        cell = space.cells[slot % len(space.cells)]
        attributes = {
            attrs.SLOT: slot,
            attrs.SEARCH: 1,
            attrs.CELL: str(cell),
            attrs.BUDGET: space.budget.limit,
        }
        study.enqueue_trial({"cell": str(cell)}, user_attrs=attributes)
        study.optimize(objective, n_trials=1)
        slot += 1


def plain_optuna(evaluator: Evaluator) -> None:
    """One TPE over everything with a median pruner; what is over the budget is pruned."""
    space = NaiveSpace.like(evaluator.table.plan.space)
    study = _study(TPESampler(seed=evaluator.seed), MedianPruner())
    while evaluator.open:
        study.optimize(lambda trial: _train(trial, space.suggest(trial), evaluator), n_trials=1)


def random_search(evaluator: Evaluator) -> None:
    """Uniform within the budget, every training to its end."""
    space = evaluator.table.plan.space
    draw = _Draw(np.random.default_rng([evaluator.seed, 1]))
    while evaluator.open:
        candidate = space.suggest(draw)
        if training := evaluator.training(candidate):
            evaluator.train(len(training.curve))
            evaluator.end(candidate, training, min(training.curve))


def searches() -> dict[str, Search]:
    """Every search that can run here, by name; ours first.

    KerasTuner's Bayesian optimisation needs scikit-learn, which isoparam does not.
    """
    found: dict[str, Search] = {
        "isoparam": ours,
        "isoparam --no-pruning": partial(ours, pruning=False),
        "Optuna": plain_optuna,
        "random": random_search,
    }
    for tuner in Tuner:
        if tuner is not Tuner.BAYESIAN or find_spec("sklearn"):
            found[tuner.value] = partial(search_with_oracle, tuner=tuner, space=NaiveSpace.like)
    return found


@dataclass(frozen=True)
class SearchJob:
    """One search, for a process of its own.

    Attributes:
        name: Of `searches`.
        max_epochs: The trial that reaches them is the last.
    """

    name: str
    table: TrainingTable
    max_epochs: int
    seed: int

    def run(self, on_look: OnLook) -> list[TabulatedTrial]:
        """The search's trials."""
        evaluator = Evaluator(self.table, self.max_epochs, self.seed)
        searches()[self.name](evaluator)
        return evaluator.trials


def _study(sampler: optuna.samplers.BaseSampler, pruner: optuna.pruners.BasePruner) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(direction="minimize", sampler=sampler, pruner=pruner)


def _train(trial: optuna.Trial, candidate: Candidate, evaluator: Evaluator) -> float:
    """The objective of an Optuna study: trained epoch by epoch unless it is pruned."""
    training = evaluator.training(candidate)
    if training is None:
        raise optuna.TrialPruned
    for epoch, loss in enumerate(training.curve, start=1):
        evaluator.train(1)
        trial.report(loss, epoch)
        if trial.should_prune():
            evaluator.end(candidate, training, None)
            raise optuna.TrialPruned
    best = min(training.curve)
    evaluator.end(candidate, training, best)
    return best


@dataclass(frozen=True)
class _Draw:
    """Asked as a trial is, it draws every value from its whole range."""

    random: np.random.Generator

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        return str(self.random.choice(choices))

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        return round(self.suggest_float(name, low - 0.5, high + 0.5, log=log))

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        if log:
            return float(np.exp(self.random.uniform(np.log(low), np.log(high))))
        return float(self.random.uniform(low, high))
