"""A model that a study has kept, ready for use."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from search_spaces.cells import Cell
from study.datasets.vocabulary import Vocabulary
from study.errors import UserError
from study.machine.native_output import unheard_start
from study.storage.folder import RunFolder

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SavedModel:
    """A Keras model with the vocabulary and the class names that it was trained with."""

    model: "keras.Model"
    vocabulary: Vocabulary
    labels: tuple[str, ...]

    def classify(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Each text's most probable class and its probability."""
        if not texts:
            return []
        outputs = self.model.predict(self.vocabulary.encode(texts), verbose=0)
        if outputs.shape[1] == 1:
            outputs = np.concatenate([1 - outputs, outputs], axis=1)
        best = outputs.argmax(axis=1)
        return [
            (self.labels[label], float(row[label]))
            for label, row in zip(best, outputs, strict=True)
        ]


def load_model(run: Path, cell: Cell | None) -> SavedModel:
    """The model that a study has kept of a cell, or the better one on validation.

    Raises:
        UserError: The folder holds no such model.
    """
    folder = RunFolder(run)
    kept = [
        member
        for member in Cell
        if folder.model(member).is_file() and folder.model_card(member).is_file()
    ]
    if not kept:
        raise UserError(
            f"A run keeps its models in {folder.models}, but there are none. "
            f"Confirm the study first: python -m study.confirm {run}"
        )
    if cell is not None and cell not in kept:
        raise UserError(
            f"The run {run} has no {cell.display_name} model. Choose --cell from: "
            f"{', '.join(kept)}."
        )
    cards = {
        member: json.loads(folder.model_card(member).read_text(encoding="utf-8")) for member in kept
    }
    chosen = cell or max(kept, key=lambda member: float(cards[member]["validation_accuracy"]))
    vocabulary = (folder.models / cards[chosen]["vocabulary"]).read_text(encoding="utf-8")
    with unheard_start():
        import keras

        model = keras.saving.load_model(folder.model(chosen), compile=False, safe_mode=True)
    return SavedModel(
        model=model,
        vocabulary=Vocabulary.from_json(vocabulary),
        labels=tuple(cards[chosen]["labels"]),
    )
