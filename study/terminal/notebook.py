"""Progress in a notebook: one output of the cell, replaced as the work goes on."""

import io
import time
from typing import Any

from rich.console import Console
from rich.progress import Progress

_PAUSE = 0.5  # seconds between two pictures
_WIDTH = 100  # characters


class NotebookBars(Progress):
    """rich's bars as text, in any notebook: rich's own need ipywidgets there."""

    _output: Any = None  # IPython's handle of what is shown
    _next = 0.0  # monotonic time

    def start(self) -> None:
        if not self.disable:
            from IPython import display

            show: Any = display.display  # IPython has no types
            self._output = show(self._picture(), raw=True, display_id=True)

    def stop(self) -> None:
        self._next = 0.0
        self.refresh()

    def refresh(self) -> None:
        if self._output is not None and time.monotonic() >= self._next:
            self._output.update(self._picture(), raw=True)
            self._next = time.monotonic() + _PAUSE

    def update(self, *arguments: Any, **fields: Any) -> None:
        super().update(*arguments, **fields)
        self.refresh()

    def _picture(self) -> dict[str, str]:
        paper = Console(file=io.StringIO(), width=_WIDTH, force_jupyter=False)
        with paper.capture() as captured:
            paper.print(self.get_renderable())
        lines = captured.get().splitlines()
        return {"text/plain": "\n".join(line.rstrip() for line in lines)}
