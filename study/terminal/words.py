"""Counts and times in words."""

from datetime import UTC, datetime


def number_of(count: float, thing: str, things: str | None = None) -> str:
    """A count and its noun, in the plural where it is due.

    Args:
        things: The plural, where it is not the noun and an s.
    """
    shown = f"{count:,}" if isinstance(count, int) else f"{count:,.3g}"
    return f"{shown} {thing}" if count == 1 else f"{shown} {things or f'{thing}s'}"


def utc(when: datetime) -> str:
    """A time in UTC, such as "2026-11-24 15:20 UTC"."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def duration(seconds: float) -> str:
    """A time in its two largest units, such as "3 min 20 s"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
