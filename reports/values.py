"""Measured and sampled values as text; what was not measured is a dash."""

from reports.formatting import count

NOTHING = "\N{EN DASH}"


def shown_count(number: int | None) -> str:
    """A whole number."""
    return count(number) if number is not None else NOTHING


def shown_number(number: float | None) -> str:
    """A measurement with three significant digits, whole from 100 on."""
    if number is None:
        return NOTHING
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def shown_value(value: object) -> str:
    """A hyperparameter's value: three significant digits, whole numbers in full."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
