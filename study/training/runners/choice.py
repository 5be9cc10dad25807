"""Which runner a backend takes."""

from functools import cache

import keras

from study.training.runners.epoch_runner import EpochRunner


def runner_for(model: keras.Model) -> EpochRunner:
    """The runner of this model's architecture; it keeps what it compiled before."""
    if keras.backend.backend() == "tensorflow":
        from study.training.runners.padding import architecture

        return _tensorflow_runner(architecture(model))
    from study.training.runners.on_any_backend import GenericRunner

    return GenericRunner()


@cache
def _tensorflow_runner(architecture: str) -> EpochRunner:
    from study.training.runners.on_tensorflow import TensorFlowRunner

    return TensorFlowRunner(architecture)
