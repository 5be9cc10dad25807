"""A sampler's random numbers where a search goes on."""

from collections.abc import Iterator
from typing import Any

from optuna.samplers import BaseSampler
from optuna.samplers._lazy_random_state import LazyRandomState


def go_on(sampler: BaseSampler, trials: int) -> None:
    """Seed a sampler by its own seed and the number of trials that its study has already.

    From its own seed alone it would draw again what it drew for the first of them. One that keeps
    no random numbers of Optuna's is asked to reseed itself.
    """
    states = list(_random_states(sampler))
    if not states:
        sampler.reseed_rng()
    for state in states:
        state.rng.seed([state.rng.randint(2**31), trials])


def _random_states(sampler: BaseSampler) -> Iterator[Any]:
    """Its own, and those of the samplers that it asks."""
    for held in vars(sampler).values():
        if isinstance(held, LazyRandomState):
            yield held
        elif isinstance(held, BaseSampler):
            yield from _random_states(held)
