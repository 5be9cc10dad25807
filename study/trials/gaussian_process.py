"""Optuna's Gaussian process as the model of a cell's trials."""

from copy import copy
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.samplers import GPSampler
from optuna.trial import FrozenTrial

from study.trials.sampler import OneCell


def gaussian_process(
    seed: int, view: OneCell, trial: FrozenTrial, space: dict[str, BaseDistribution]
) -> dict[str, Any]:
    """Optuna's GPSampler, which learns from complete trials only and needs PyTorch."""
    sampler = GPSampler(seed=seed, n_startup_trials=0, warn_independent_sampling=False)
    return sampler.sample_relative(_Unconstrained(view, trial), trial, space)


class _Unconstrained(OneCell):
    """The trials without the constraint that all meet: the process would model it, too."""

    def _get_trials(self, *args: Any, **options: Any) -> list[FrozenTrial]:
        return [_without_constraint(trial) for trial in super()._get_trials(*args, **options)]


def _without_constraint(trial: FrozenTrial) -> FrozenTrial:
    free = copy(trial)
    free.system_attrs = {
        name: value
        for name, value in trial.system_attrs.items()
        if not name.startswith("constraints")
    }
    return free
