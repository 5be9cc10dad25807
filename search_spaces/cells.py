"""Recurrent cells and the exact size of one layer of each."""

from enum import StrEnum
from typing import Self


class Cell(StrEnum):
    """A recurrent cell, of Keras' own as Keras builds it with its default biases.

    Attributes:
        display_name: The cell's name in prose.
        gates: Blocks of weights in one layer: gates plus the candidate state.
        biases: Bias vectors per block: two where Keras keeps an input and a recurrent bias.
    """

    display_name: str
    gates: int
    biases: int

    LSTM = "lstm", "LSTM", 4, 1
    GRU = "gru", "GRU", 3, 2
    # Keras' `reset_after=False`, the GRU of Cho et al. 2014.
    GRU_RESET_BEFORE = "gru-reset-before", "GRU (reset before)", 3, 1
    SIMPLE_RNN = "simple-rnn", "SimpleRNN", 1, 1

    # With defaults, since type checkers take the look-up `Cell("lstm")` for this call.
    def __new__(cls, value: str, display_name: str = "", gates: int = 1, biases: int = 1) -> Self:
        cell = str.__new__(cls, value)
        cell._value_ = value
        cell.display_name = display_name
        cell.gates = gates
        cell.biases = biases
        return cell

    def parameters(self, inputs: int, units: int) -> int:
        """Trainable parameters of one layer of this cell, biases included.

        Each block maps the inputs and the previous state to `units` values:
        `gates * units * (inputs + units + biases)`, for example `4u(d+u+1)` of an LSTM and
        `3u(d+u+2)` of Keras' GRU. A cell of another form overrides this.

        Args:
            inputs: Features per step, at least 1.
            units: Width of the state, at least 1.
        """
        return self.gates * units * (inputs + units + self.biases)


def cell_name(cell: str) -> str:
    """A compared cell's name in prose."""
    return Cell(cell).display_name if cell in set(Cell) else cell
