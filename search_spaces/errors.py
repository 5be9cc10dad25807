"""The base of every fault that a user can correct."""


class IsoparamError(Exception):
    """A fault in what was asked for; its message says what was expected, and what to do."""
