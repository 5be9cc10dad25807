"""Searches side by side in a table of trainings: ours, plain Optuna's, KerasTuner's, random.

The peers search as their users would write it: one range of widths for both cells. A model
over the budget costs them no epoch, so that the comparison is about choosing alone.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec

import numpy as np
import optuna
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.trial import TrialState

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from search_spaces.parameters import Suggester
from search_spaces.space import SearchSpace
from study.benchmark.tabulated.evaluator import Ledger, Tried
from study.benchmark.tabulated.oracles import Tuner, search_with_oracle
from study.benchmark.tabulated.trainings import Tabulated
from study.training.job import OnEpoch
from study.trials import attributes as attrs
from study.trials.sampler import CellPruner, CellSampler

NAIVE_UNITS = (4, 128)  # the range of both cells: neither budget ends it

Search = Callable[[Ledger], None]  # searches until the ledger is closed


@dataclass(frozen=True)
class NaiveSpace:
    """The standard space as one would write it by hand: a plain range of units."""

    space: SearchSpace

    def suggest(self, trial: Suggester) -> Candidate:
        """A candidate, which may be over the budget."""
        cells = [cell.value for cell in self.space.cells]
        cell = Cell(trial.suggest_categorical("cell", cells))
        return replace(
            self.space.narrowest(cell),
            units=trial.suggest_int("units", *NAIVE_UNITS, log=True),
            dropout=trial.suggest_float("dropout", 0.0, 0.5),
            recurrent_dropout=trial.suggest_float("recurrent_dropout", 0.0, 0.5),
            learning_rate=trial.suggest_float("learning_rate", 3e-4, 1e-2, log=True),
        )


def ours(ledger: Ledger) -> None:
    """The search of `python -m study.search`: the cells in turn, each tuned by its own trials."""
    space = ledger.table.origin.space
    with _quiet_optuna():
        study = optuna.create_study(
            direction="maximize", sampler=CellSampler(ledger.seed), pruner=CellPruner()
        )
        slot = 0
        while ledger.open:
            cell = space.cells[slot % len(space.cells)]
            attributes = {attrs.SLOT: slot, attrs.CELL: cell.value}
            study.enqueue_trial({"cell": cell.value}, user_attrs=attributes)
            _train(study, space.suggest, ledger)
            slot += 1


def plain_optuna(ledger: Ledger) -> None:
    """One TPE over everything with a median pruner; what is over the budget is pruned."""
    space = NaiveSpace(ledger.table.origin.space)
    with _quiet_optuna():
        study = optuna.create_study(
            direction="maximize", sampler=TPESampler(seed=ledger.seed), pruner=MedianPruner()
        )
        while ledger.open:
            _train(study, space.suggest, ledger)


def random_search(ledger: Ledger) -> None:
    """Uniform within the budget, every training to its end."""
    space = ledger.table.origin.space
    draw = _Draw(np.random.default_rng([ledger.seed, 1]))
    while ledger.open:
        candidate = space.suggest(draw)
        training = ledger.training(candidate)
        ledger.spend(len(training.curve))
        ledger.end(candidate, training, max(training.curve))


def searches() -> dict[str, Search]:
    """Every search that can run here, by name; ours first.

    KerasTuner's Bayesian optimisation needs scikit-learn, which isoparam does not.
    """
    found: dict[str, Search] = {
        "isoparam": ours,
        "Optuna": plain_optuna,
        "random": random_search,
    }
    for tuner in Tuner:
        if tuner is not Tuner.BAYESIAN or find_spec("sklearn"):
            found[tuner.value] = partial(search_with_oracle, tuner=tuner, space=NaiveSpace)
    return found


@dataclass(frozen=True)
class SearchJob:
    """One search, for a process of its own.

    Attributes:
        name: Of `searches`.
        allowance: Epochs.
    """

    name: str
    table: Tabulated
    allowance: int
    seed: int

    def run(self, on_epoch: OnEpoch) -> list[Tried]:
        """The search's trials."""
        ledger = Ledger(self.table, self.allowance, self.seed)
        searches()[self.name](ledger)
        return ledger.tried


def _train(
    study: optuna.Study, suggest: Callable[[optuna.Trial], Candidate], ledger: Ledger
) -> None:
    """One trial of an Optuna study, trained epoch by epoch unless it is pruned."""
    trial = study.ask()
    candidate = suggest(trial)
    if not ledger.fits(candidate):
        study.tell(trial, state=TrialState.PRUNED)
        return
    training = ledger.training(candidate)
    for epoch, accuracy in enumerate(training.curve, start=1):
        ledger.spend(1)
        trial.report(accuracy, epoch)
        if trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            ledger.end(candidate, training, None)
            return
    best = max(training.curve)
    study.tell(trial, best)
    ledger.end(candidate, training, best)


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


@contextmanager
def _quiet_optuna() -> Iterator[None]:
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)
