"""TensorFlow's talk at start-up."""

import os


def quiet_tensorflow() -> None:
    """Hide its notes on oneDNN and missing GPUs from a command's terminal; errors stay.

    To be called before Keras is imported. Training processes write theirs to the run's log
    and need no hiding.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
