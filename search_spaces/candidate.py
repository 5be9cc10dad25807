"""What is to be learnt, and one model that may learn it, sized before it is built."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

from search_spaces.cells import Cell


class Scope(StrEnum):
    """Which parameters a budget bounds."""

    CELL = "cell"  # the recurrent layers alone
    MODEL = "model"  # everything trainable: embedding, recurrent layers, output


@dataclass(frozen=True)
class Task:
    """A classification of sequences of tokens, or of numbers.

    Attributes:
        vocabulary: Distinct tokens, padding included; 0 where the sequences are numbers.
        classes: Distinct labels, at least 2.
        embedding: Default width of the token embedding; of numbers, how many there are a step.
    """

    vocabulary: int
    classes: int
    embedding: int

    @property
    def has_embedding(self) -> bool:
        """Whether steps are tokens, which are embedded; numbers are read as they are."""
        return self.vocabulary > 0

    @property
    def outputs(self) -> int:
        """Width of the output layer: one logistic unit for two classes, else one per class."""
        return 1 if self.classes == 2 else self.classes


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One model: Embedding, of tokens -> recurrent layers -> Dense, and how it is trained.

    Attributes:
        units: Width of every recurrent layer (of each direction).
        embedding: The first layer's inputs a step: width of the token embedding, or how many
            numbers a step has.
        layers: Recurrent layers, each fed by the one below.
        bidirectional: Whether each layer also reads backwards, its outputs concatenated.
        dropout: Share of a layer's inputs dropped, one mask a sequence, or one
            for each gate, as the cell's Keras layer draws them.
        recurrent_dropout: Share of the state dropped, one mask a sequence
            (Gal and Ghahramani 2016).
        learning_rate: Adam's step size.
        batch_size: Examples per step.
    """

    cell: Cell
    units: int
    embedding: int
    layers: int = 1
    bidirectional: bool = False
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    learning_rate: float = 1e-3
    batch_size: int = 32

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The candidate of these values by field name, the cell by its value, as JSON has it."""
        return cls(**{**values, "cell": Cell(values["cell"])})

    @property
    def features(self) -> int:
        """Width of what the output layer sees."""
        return self.units * (2 if self.bidirectional else 1)

    @property
    def cell_parameters(self) -> int:
        """Trainable parameters of the recurrent layers."""
        directions = 2 if self.bidirectional else 1
        first = self.cell.parameters(self.embedding, self.units)
        above = self.cell.parameters(self.features, self.units)
        return directions * (first + (self.layers - 1) * above)

    def model_parameters(self, task: Task) -> int:
        """Trainable parameters of the whole model for `task`."""
        output = (self.features + 1) * task.outputs
        return task.vocabulary * self.embedding + self.cell_parameters + output

    def parameters(self, scope: Scope, task: Task) -> int:
        """Trainable parameters that a budget of this scope counts."""
        return self.cell_parameters if scope is Scope.CELL else self.model_parameters(task)

    def __str__(self) -> str:
        chosen = ", ".join(
            f"{name.replace('_', ' ')} {value if isinstance(value, bool) else f'{value:.3g}'}"
            for name, value in self.hyperparameters.items()
        )
        return (
            f"{self.cell.display_name}, {self.units} units, {self.cell_parameters:,} parameters in "
            f"its recurrent layers; {chosen}"
        )

    @property
    def hyperparameters(self) -> dict[str, int | float | bool]:
        """What was chosen besides cell and width, by name."""
        return {name: getattr(self, name) for name in HYPERPARAMETERS if name != "units"}

    def hyperparameters_for(self, task: Task) -> dict[str, int | float | bool]:
        """The same, without the width of an embedding that numbers have not."""
        embedded = task.has_embedding
        chosen = self.hyperparameters.items()
        return {name: value for name, value in chosen if embedded or name != "embedding"}


HYPERPARAMETERS = tuple(field.name for field in fields(Candidate) if field.name != "cell")
