"""Recurrent cells: what each one is, and the exact size of one layer of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar, NamedTuple, Protocol, Self

from search_spaces.own_cells import CellError, own_definition

Layer = Callable[..., Any]  # from units and options to a Keras layer


class Definition(Protocol):
    """What a cell is.

    Where it has a method `fused_layer`, called as `layer` is, that one makes the same layer on a
    faster loop: a `study.layers.fused.Fused` with the weights of the other.
    """

    @property
    def name(self) -> str:
        """In prose."""

    def parameters(self, inputs: int, units: int) -> int:
        """Trainable parameters of one layer, biases included."""

    def layer(self, units: int, **options: Any) -> Any:
        """A Keras layer.

        Args:
            options: `dropout`, `recurrent_dropout`, `return_sequences` and `name`.
        """


class Blocks(NamedTuple):
    """What a layer of d inputs and u units has for each unit: u (inputs d + state u + biases)."""

    inputs: int
    state: int
    biases: int

    def __str__(self) -> str:
        factor = math.gcd(*self)
        terms = zip((number // factor for number in self), ("d", "u", ""), strict=True)
        shown = (f"{'' if n == 1 and of else n}{of}" for n, of in terms if n)
        return f"{'' if factor == 1 else factor}u({' + '.join(shown)})"


class Cell(str):
    """A recurrent cell: a string, its name, by which it is asked for and stored.

    `Cell("gru")` is the built-in cell of that name, `Cell("my_module:MyCell")` what the user's
    class of that name defines: one object however often it is asked for.

    Attributes:
        definition: Says all that is known of it.
        module: Whose import Keras needs to load its layers; None where it needs none.
    """

    LSTM: ClassVar["Cell"]
    GRU: ClassVar["Cell"]
    GRU_RESET_BEFORE: ClassVar["Cell"]
    SIMPLE_RNN: ClassVar["Cell"]
    MINIMAL_GATED_UNIT: ClassVar["Cell"]
    LSTM_COUPLED_GATES: ClassVar["Cell"]
    MIN_GRU: ClassVar["Cell"]

    definition: Definition
    module: str | None

    def __new__(cls, name: str) -> Self:
        """Find a cell; capitals make no difference to the name of a built-in one.

        Raises:
            CellError: None has that name, or the user's class cannot be had or is no cell.
        """
        name = name if ":" in name else name.lower()
        if name not in _CELLS and ":" not in name:
            raise CellError(
                f"The cells are {', '.join(BUILT_IN)}, and a class of one's own as module:Class, "
                f"but {name!r} was given. Choose one of them."
            )
        found: Self | None = _CELLS.get(name)
        if found is None:
            found = cls.defined(name, own_definition(name), name.partition(":")[0])
        return found

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (str(self),)

    @classmethod
    def defined(cls, name: str, definition: Definition, module: str | None = None) -> Self:
        """A new cell, found by its name from now on."""
        cell = str.__new__(cls, name)
        cell.definition = definition
        cell.module = module
        _CELLS[name] = cell
        return cell

    @property
    def own(self) -> bool:
        """Whether it is a user's."""
        return ":" in self

    @property
    def display_name(self) -> str:
        """The name in prose."""
        return self.definition.name

    def parameters(self, inputs: int, units: int) -> int:
        """Trainable parameters of one layer, biases included: `4u(d+u+1)` of an LSTM.

        Args:
            inputs: Features per step, at least 1.
            units: Width of the state, at least 1.
        """
        return self.definition.parameters(inputs, units)

    @property
    def blocks(self) -> Blocks | None:
        """The arithmetic of its size, or None where that has another form."""
        count = self.parameters
        one, more_inputs, more_units = count(1, 1), count(2, 1), count(1, 2)
        inputs, state = more_inputs - one, more_units // 2 - one
        blocks = Blocks(inputs, state, one - inputs - state)
        fits = all(
            count(d, u) == u * (blocks.inputs * d + blocks.state * u + blocks.biases)
            for d, u in ((1, 2), (3, 5), (128, 64))
        )
        return blocks if fits else None

    @property
    def layer(self) -> Layer:
        """Makes a plain Keras layer, from its units and options."""
        return self.definition.layer

    @property
    def fused_layer(self) -> Layer | None:
        """Makes the same layer on the fast loop; None where there is none."""
        return getattr(self.definition, "fused_layer", None)


_CELLS: dict[str, Any] = {}


@dataclass(frozen=True)
class _Blockwise:
    """A cell of blocks of weights that each map what they see to `units` values.

    Attributes:
        blocks: Gates, the candidate state included, and what they see.
        plain, fused: Layers, as "module:attribute"; imported when the first is made.
        options: Of the layers.
    """

    name: str
    blocks: Blocks
    plain: str
    fused: str | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def parameters(self, inputs: int, units: int) -> int:
        of_inputs, of_state, biases = self.blocks
        return units * (of_inputs * inputs + of_state * units + biases)

    def layer(self, units: int, **options: Any) -> Any:
        return _attribute(self.plain)(units, **self.options, **options)

    @property
    def fused_layer(self) -> Layer | None:
        fused = self.fused
        if fused is None:
            return None
        return lambda units, **options: _attribute(fused)(units, **self.options, **options)


def _built_in(name: str, definition: _Blockwise) -> Cell:
    module = definition.plain.partition(":")[0]
    return Cell.defined(name, definition, None if module == _KERAS else module)


def _attribute(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


_KERAS, _OURS = "keras.layers", "study.layers"

Cell.LSTM = _built_in(
    "lstm", _Blockwise("LSTM", Blocks(4, 4, 4), f"{_KERAS}:LSTM", f"{_OURS}.cells:FusedLSTM")
)
Cell.GRU = _built_in(  # with an input and a recurrent bias, as in Keras
    "gru", _Blockwise("GRU", Blocks(3, 3, 6), f"{_KERAS}:GRU", f"{_OURS}.cells:FusedGRU")
)
Cell.GRU_RESET_BEFORE = _built_in(  # the GRU of Cho et al. 2014
    "gru-reset-before",
    _Blockwise(
        "GRU (reset before)",
        Blocks(3, 3, 3),
        f"{_KERAS}:GRU",
        f"{_OURS}.cells:FusedGRU",
        {"reset_after": False},
    ),
)
Cell.SIMPLE_RNN = _built_in(
    "simple-rnn", _Blockwise("SimpleRNN", Blocks(1, 1, 1), f"{_KERAS}:SimpleRNN")
)
Cell.MINIMAL_GATED_UNIT = _built_in(  # Zhou et al. 2016
    "minimal-gated-unit",
    _Blockwise(
        "Minimal gated unit",
        Blocks(2, 2, 2),
        f"{_OURS}.minimal_gated_unit:MinimalGatedUnit",
        f"{_OURS}.minimal_gated_unit:FusedMinimalGatedUnit",
    ),
)
Cell.LSTM_COUPLED_GATES = _built_in(  # Greff et al. 2017
    "lstm-coupled-gates",
    _Blockwise(
        "LSTM (coupled gates)",
        Blocks(3, 3, 3),
        f"{_OURS}.coupled_lstm:CoupledLSTM",
        f"{_OURS}.coupled_lstm:FusedCoupledLSTM",
    ),
)
Cell.MIN_GRU = _built_in(  # Feng et al. 2024
    "min-gru",
    _Blockwise(
        "minGRU", Blocks(2, 0, 2), f"{_OURS}.min_gru:MinGRU", f"{_OURS}.min_gru:FusedMinGRU"
    ),
)

BUILT_IN: tuple[Cell, ...] = tuple(_CELLS.values())


def cell_name(cell: str) -> str:
    """A compared cell's name in prose; itself where it is the name of none."""
    return _CELLS[cell].display_name if cell in _CELLS else cell
