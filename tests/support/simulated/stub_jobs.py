"""Jobs that train nothing; light, so that the processes that do them start at once."""

import errno
import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from study.training.curve import CurvePoint
from study.training.job import OnLook, TrainingError

POINT = CurvePoint(epoch=1.0, loss=1.0, accuracy=0.5, validation_loss=1.0, validation_accuracy=0.5)
_filled: list[bytes] = []


@dataclass(frozen=True)
class StubJob:
    """A job that does as it is told.

    Attributes:
        act: "value", or a way to come to grief.
        ledger: Each run writes a line here.
    """

    slot: int
    act: str
    ledger: Path
    seconds: float = 0.0

    def run(self, on_look: OnLook) -> float:
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(f"{self.slot}\n")
        on_look(1, POINT)
        threading.Event().wait(self.seconds)
        match self.act:
            case "refuse":
                raise TrainingError("the loss became NaN")
            case "memory":
                raise MemoryError
            case "bug":
                raise ZeroDivisionError("a bug")
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "die once" if self.ledger.read_text().split().count(str(self.slot)) == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            case "full":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "model.keras")
            case "program":
                raise RuntimeError("xla_compile_cache_1; No space left on device")
            case "grow":
                _filled.append(b"x" * 2**28)
            case "exit":
                sys.exit(3)
            case "hang":
                signal.pause()
        return self.slot / 1000
