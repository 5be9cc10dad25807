"""What native code prints, such as TensorFlow at start-up."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unheard_start() -> Iterator[None]:
    """Hide what native code writes to stderr, unless the block raises.

    TensorFlow tells of oneDNN and missing GPUs before any setting of its own can silence it.
    Training processes write theirs to the run's log and need no hiding.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as hidden:
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except BaseException:
            hidden.seek(0)
            os.write(terminal, hidden.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
