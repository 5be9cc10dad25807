"""Which program a backend takes."""

from functools import cache

import keras

from study.training.programs.program import Program


def program_for(model: keras.Model) -> Program:
    """The program of this model's architecture; it keeps what it compiled before."""
    if keras.backend.backend() == "tensorflow":
        from study.training.programs.padding import architecture

        return _tensorflow_program(architecture(model))
    from study.training.programs.on_any_backend import GenericProgram

    return GenericProgram()


@cache
def _tensorflow_program(architecture: str) -> Program:
    from study.training.programs.on_tensorflow import TensorFlowProgram

    return TensorFlowProgram(architecture)
