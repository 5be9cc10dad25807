"""Signals that end the work."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interruption:
    """Notes SIGINT and SIGTERM while it is open, so that nothing is left half done.

    A second signal raises KeyboardInterrupt at once.
    """

    def __init__(self) -> None:
        self.number: int | None = None

    @property
    def status(self) -> int:
        """The exit status that shells expect of a process ended by this signal."""
        return 128 + (self.number or 0)

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self.number is not None

    @contextmanager
    def open(self) -> Iterator["Interruption"]:
        """Take the signals over; on leaving, what was there before is back.

        Only the main thread gets signals: in another one nothing is taken over.
        """
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._note) for number in numbers}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, number: int, frame: object) -> None:
        if self.number is not None:
            raise KeyboardInterrupt
        self.number = number
