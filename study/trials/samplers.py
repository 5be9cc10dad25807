"""The samplers that a study can be searched with, by name."""

from optuna.samplers import BaseSampler

from search_spaces.space import SearchSpace
from study.question.sampler_name import SamplerName
from study.trials.gaussian_process import gaussian_process
from study.trials.keras_tuner_samplers import HyperbandSampler, bayesian_optimization
from study.trials.sampler import CellSampler, random_point


def sampler_for(name: SamplerName, seed: int, space: SearchSpace) -> BaseSampler:
    """What chooses a study's candidates: each from the trials of its own search and cell.

    But for Hyperband they begin alike and spread the sizes alike: they differ in how they go on.
    """
    match name:
        case SamplerName.TPE:
            return CellSampler(seed)
        case SamplerName.QMC:
            return CellSampler(seed, model=None)
        case SamplerName.RANDOM:
            return CellSampler(seed, model=None, point=random_point)
        case SamplerName.GP:
            return CellSampler(seed, model=gaussian_process)
        case SamplerName.KERAS_TUNER_BAYESIAN:
            return CellSampler(seed, model=bayesian_optimization)
        case SamplerName.KERAS_TUNER_HYPERBAND:
            return HyperbandSampler(seed, space)
