"""Each cell's best confirmed model: saved with its vocabulary and a card, and loaded again."""

import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import optuna

from search_spaces.cells import Cell
from study.datasets.vocabulary import Vocabulary
from study.errors import UserError
from study.machine.files import write_atomically
from study.machine.native_output import unheard_start
from study.question.plan import StudyPlan
from study.storage.folder import RunFolder
from study.trials.record import ConfirmationRecord, Status, confirmation_record

if TYPE_CHECKING:
    import keras


def save_best_models(confirmation: optuna.Study, folder: RunFolder, plan: StudyPlan) -> None:
    """Select, of the models confirmed at the full budget, each cell's lowest validation loss.

    Selected on validation, so that the card's test accuracy is no best of many.
    """
    runs = [confirmation_record(trial) for trial in confirmation.get_trials(deepcopy=False)]
    for cell in plan.cells:
        saved = {
            folder.run_model(run.number): run
            for run in runs
            if run.cell == cell
            and run.budget == plan.budget.limit
            and run.status is Status.COMPLETE
        }
        present = [path for path in saved if path.exists()]
        if not present:
            continue  # selected before, or trained on another machine
        best = min(present, key=lambda path: _loss(saved[path]))
        if _loss(saved[best]) < _saved_loss(folder, cell.value):
            best.replace(folder.model(cell.value))
            _write_card(saved[best], folder, plan)
        for path in present:
            path.unlink(missing_ok=True)
    if folder.models.exists():
        shutil.copyfile(plan.dataset.vocabulary_file, folder.models / "vocabulary.json")


def _loss(run: ConfirmationRecord) -> float:
    return math.inf if run.validation_loss is None else run.validation_loss


def _saved_loss(folder: RunFolder, cell: str) -> float:
    """Validation loss of the model that was selected before; infinite where none was."""
    try:
        card = json.loads(folder.model_card(cell).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return math.inf
    return float(card["validation_loss"])


def _write_card(run: ConfirmationRecord, folder: RunFolder, plan: StudyPlan) -> None:
    card = {
        "cell": run.cell,
        "candidate": asdict(run.candidate),
        "cell_params": run.cell_parameters,
        "model_params": run.model_parameters,
        "test_accuracy": run.test_accuracy,
        "validation_loss": run.validation_loss,
        "validation_accuracy": run.validation_accuracy,
        "chosen": f"lowest validation loss of the runs at {run.budget:,} parameters",
        "dataset": {"name": plan.dataset.name, "fingerprint": plan.dataset.fingerprint},
        "labels": plan.dataset.labels,
        "sequence_length": plan.dataset.sequence_length,
        "level": plan.dataset.level.value,
        "vocabulary": "vocabulary.json",
        "weights_sha256": run.weights,
    }
    with write_atomically(folder.model_card(run.cell)) as path:
        path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


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
    """The model that a study has saved of a cell, or the better one on validation.

    Raises:
        UserError: The folder holds no such model, or one of another version.
    """
    folder = RunFolder(run)
    saved = [
        member
        for member in Cell
        if folder.model(member).is_file() and folder.model_card(member).is_file()
    ]
    if not saved:
        raise UserError(
            f"A run keeps its models in {folder.models}, but there are none. "
            f"Confirm the study first: python -m study.confirm {run}"
        )
    if cell is not None and cell not in saved:
        raise UserError(
            f"The run {run} has no {cell.display_name} model. Choose --cell from: "
            f"{', '.join(saved)}."
        )
    cards = {
        member: json.loads(folder.model_card(member).read_text(encoding="utf-8"))
        for member in saved
    }
    chosen = cell or min(saved, key=lambda member: float(cards[member]["validation_loss"]))
    vocabulary = _vocabulary(folder.models / cards[chosen]["vocabulary"])
    with unheard_start():
        import keras

        import study.layers.cells  # noqa: F401  # registers the layers that Keras has not

        model = keras.saving.load_model(folder.model(chosen), compile=False, safe_mode=True)
    return SavedModel(
        model=model,
        vocabulary=vocabulary,
        labels=tuple(cards[chosen]["labels"]),
    )


def _vocabulary(path: Path) -> Vocabulary:
    try:
        return Vocabulary.from_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(
            f"The tokens of a model are read from {path}, but that is {error}. It is damaged, or "
            "of another version of isoparam: use that one."
        ) from error
