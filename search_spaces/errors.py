"""The base of every fault that a user can correct."""


class IsoparamError(Exception):
    """A fault in what was asked for; its message says what was expected, and what to do."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the sentence, without the lines of code that led to it."""
        return [f"{type(self).__name__}: {self}"]
