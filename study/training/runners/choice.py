"""Which runner a backend takes."""

from functools import cache

import keras

from search_spaces.candidate import Candidate, Task
from study.training.runners.epoch_runner import EpochRunner


def runner_for(model: keras.Model, candidate: Candidate, task: Task) -> EpochRunner:
    """The runner of such candidates, loaded with this model; it uses again what it compiled before.

    Args:
        model: The candidate's, as `study.training.model.build` makes it.
    """
    if keras.backend.backend() == "tensorflow":
        from study.training.runners.padding import pad_widths

        runner = _tensorflow_runner(pad_widths(candidate), task, model.input_shape[1])
    else:
        from study.training.runners.on_any_backend import GenericRunner

        runner = GenericRunner()
    runner.load(model, candidate)
    return runner


def runner_of_its_own(model: keras.Model, candidate: Candidate) -> EpochRunner:
    """A runner for this model alone, which it trains as it is, not inside a wider one."""
    if keras.backend.backend() == "tensorflow":
        from study.training.runners.on_tensorflow import TensorFlowRunner

        runner: EpochRunner = TensorFlowRunner(model, candidate)
    else:
        from study.training.runners.on_any_backend import GenericRunner

        runner = GenericRunner()
    runner.load(model, candidate)
    return runner


@cache
def _tensorflow_runner(wide: Candidate, task: Task, sequence_length: int) -> EpochRunner:
    from study.training.model import build
    from study.training.runners.on_tensorflow import TensorFlowRunner

    return TensorFlowRunner(build(wide, task, sequence_length, seed=0), wide)
