"""Faults that are the user's to correct."""


class UserError(Exception):
    """A fault in what the user gave; shown as one sentence, exit status 2."""
