"""Recurrent cells and the exact size of one layer of each."""

from enum import StrEnum


class Cell(StrEnum):
    """A recurrent cell as Keras builds it with its default biases."""

    LSTM = "lstm"
    GRU = "gru"
    GRU_RESET_BEFORE = "gru-reset-before"  # Keras' `reset_after=False`, the GRU of Cho et al. 2014
    SIMPLE_RNN = "simple-rnn"

    @property
    def display_name(self) -> str:
        """The cell's name in prose."""
        return _DISPLAY_NAMES[self]

    @property
    def gates(self) -> int:
        """Blocks of weights in one layer: gates plus the candidate state."""
        return _GATES[self]

    @property
    def biases(self) -> int:
        """Bias vectors per block: two where Keras keeps an input and a recurrent bias."""
        return 2 if self is Cell.GRU else 1

    def parameters(self, inputs: int, units: int) -> int:
        """Trainable parameters of one layer of this cell, biases included.

        Each block maps the inputs and the previous state to `units` values:
        `gates * units * (inputs + units + biases)`. So an LSTM has `4u(d+u+1)`,
        Keras' GRU `3u(d+u+2)`, a GRU with `reset_after=False` `3u(d+u+1)` and a
        simple RNN `u(d+u+1)`.

        Args:
            inputs: Features per step, at least 1.
            units: Width of the state, at least 1.
        """
        return self.gates * units * (inputs + units + self.biases)


_GATES = {Cell.LSTM: 4, Cell.GRU: 3, Cell.GRU_RESET_BEFORE: 3, Cell.SIMPLE_RNN: 1}
_DISPLAY_NAMES = {
    Cell.LSTM: "LSTM",
    Cell.GRU: "GRU",
    Cell.GRU_RESET_BEFORE: "GRU (reset before)",
    Cell.SIMPLE_RNN: "SimpleRNN",
}


def cell_name(cell: str) -> str:
    """A compared cell's name in prose."""
    return Cell(cell).display_name if cell in set(Cell) else cell
