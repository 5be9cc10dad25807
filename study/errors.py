"""Faults that are the user's to correct. All derive from `IsoparamError`."""

from search_spaces.errors import IsoparamError

__all__ = ["IsoparamError", "UserError"]


class UserError(IsoparamError):
    """A fault in what the user gave; as a command one sentence on stderr, exit status 2."""
