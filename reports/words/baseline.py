"""What is said of the cells beside a linear model of the same data."""

from reports.comparison.baseline import AgainstBaseline
from reports.words import formatting
from search_spaces.cells import cell_name


def beside_linear(nearest: AgainstBaseline, accuracy: float, *, unbeaten: bool) -> str:
    """Whether a cell is more accurate than the linear model.

    Args:
        nearest: The most accurate cell's difference.
        accuracy: The linear model's.
        unbeaten: Whether no cell is shown to be better.
    """
    cell, linear = cell_name(nearest.cell), f"the {formatting.percent(accuracy)}"
    size = formatting.points(abs(nearest.difference))
    where = f"{size} points {'above' if nearest.difference > 0 else 'below'} it"
    bounds = f" (interval {formatting.interval(nearest.interval)})" if nearest.interval else ""
    if not unbeaten:
        return f"{cell} is above {linear} of a linear model of the same data: {where}{bounds}."
    shown = "is shown to be above" if nearest.difference > 0 else "is above"
    return (
        f"No cell {shown} {linear} of a linear model of the same data: {cell}, the nearest, is "
        f"{where}{bounds}."
    )
