"""Matplotlib's figure, as a notebook shows it."""

import io

from matplotlib.figure import Figure

_SCALE = 2  # pixels for each that the figure asks for: screens are finer than its 72 dpi


class ShownFigure(Figure):
    """A figure that a notebook shows, also where pyplot was never imported."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=_SCALE * self.dpi)
        return buffer.getvalue()
