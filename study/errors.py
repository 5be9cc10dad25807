"""Faults that are the user's to correct. All derive from `IsoparamError`."""

from search_spaces.errors import IsoparamError

__all__ = ["CallError", "IsoparamError", "UserError"]


class UserError(IsoparamError):
    """A fault in what the user gave; as a command one sentence on stderr, exit status 2."""


class CallError(UserError, TypeError):
    """A call from Python that its function does not take; a TypeError, too."""
