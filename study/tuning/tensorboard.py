"""KerasTuner's trials where tensorboard is not installed."""

from importlib.util import find_spec
from typing import Any

import keras_tuner

_HOOK = "_configure_tensorboard_dir"


def spare_tensorboard() -> None:
    """Let KerasTuner import tensorboard only where a `TensorBoard` callback asks for it.

    On TensorFlow KerasTuner 1.4.8 imports it in every trial, before it looks whether there is such
    a callback, and TensorFlow 2.21 no longer brings it: every trial would fail. Where tensorboard
    is installed, nothing is changed.
    """
    hook = getattr(keras_tuner.Tuner, _HOOK, None)
    if hook is None or hook.__module__ == __name__ or find_spec("tensorboard"):
        return

    def configure(self: Any, callbacks: list[Any], *args: Any, **options: Any) -> None:
        if any(type(callback).__name__ == "TensorBoard" for callback in callbacks):
            hook(self, callbacks, *args, **options)

    setattr(keras_tuner.Tuner, _HOOK, configure)
