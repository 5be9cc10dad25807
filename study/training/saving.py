"""A trained model in a file of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from study.machine.files import write_atomically
from study.training.job import OnLook, Result, TrainingJob

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class SavingJob:
    """A training whose model is kept, and scored on nothing.

    Attributes:
        save_to: The model's file.
    """

    training: TrainingJob
    save_to: Path

    def run(self, on_look: OnLook) -> Result:
        """Train and save.

        Raises:
            TrainingError: As in a search.
        """
        result, model = self.training.train(self.training.splits(), on_look)
        save(model, self.training, self.save_to)
        return result


def save(model: "keras.Model", training: TrainingJob, path: Path) -> None:
    """Save a model with the stock layers, so that Keras loads it without this package."""
    from study.training.model import with_stock_layers

    path.parent.mkdir(parents=True, exist_ok=True)
    stock = with_stock_layers(model, training.candidate, training.task)
    with write_atomically(path) as temporary:
        stock.save(temporary)
