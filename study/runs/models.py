"""A study's saved models, loaded again with their vocabulary and their cards."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from search_spaces.cells import BUILT_IN, Cell
from study.datasets.series_input import SeriesInput
from study.datasets.vocabulary import FIRST_TOKEN, Vocabulary
from study.errors import UserError
from study.machine.environment import cores
from study.machine.native_output import unheard_start
from study.machine.program import typed
from study.processes.limits import ProcessLimits
from study.processes.pool import Pool
from study.question.flag_values import found_cell
from study.runs.archive import Archive, open_archive
from study.runs.best_models import complete_models
from study.storage.folder import RunFolder
from study.storage.trial_storage import as_user_errors

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SavedModel:
    """A Keras model with how its input was made, and the class names that it was trained with."""

    model: "keras.Model"
    reading: Vocabulary | SeriesInput  # of texts, of numbers
    labels: tuple[str, ...]

    @property
    def reads_numbers(self) -> bool:
        """Whether it classifies series of numbers; else texts."""
        return isinstance(self.reading, SeriesInput)

    def unknown(self, texts: Sequence[str]) -> list[str]:
        """Those of which the model knows not one token, so that its answer means nothing."""
        assert isinstance(self.reading, Vocabulary)
        encoded = self.reading.encode(texts)
        return [
            text
            for text, tokens in zip(texts, encoded, strict=True)
            if not (tokens >= FIRST_TOKEN).any()
        ]

    def classify(self, examples: Sequence[Any]) -> list[tuple[str, float]]:
        """Each example's most probable class and its probability.

        Args:
            examples: Texts; or series of numbers, each (steps, features), none missing.
        """
        if not examples:
            return []
        outputs = self.model.predict(self.reading.encode(examples), verbose=0)
        if outputs.shape[1] == 1:
            outputs = np.concatenate([1 - outputs, outputs], axis=1)
        best = outputs.argmax(axis=1)
        return [
            (self.labels[label], float(row[label]))
            for label, row in zip(best, outputs, strict=True)
        ]

    def classify_files(self, paths: Sequence[Path]) -> list[tuple[str, str, float]]:
        """Each series of files: the file with the series's name or number, class, probability.

        Raises:
            UserError: The model classifies texts, or a file cannot be read.
        """
        if isinstance(self.reading, Vocabulary):
            raise UserError("This model classifies texts, not files. Give it texts.")
        answers = []
        for path in paths:
            read = self.reading.read(path)
            for name, answer in zip(read.names, self.classify(read.values), strict=True):
                answers.append((f"{path}:{name}", *answer))
        return answers


def load_model(
    run: Path, cell: Cell | None, storage: str | None = None, say: Callable[[str], None] = print
) -> SavedModel:
    """The model that a study has saved of a cell, or the best one on validation.

    Where the folder has none, because other folders' processes have trained the best ones, they
    are trained again.

    Args:
        storage: Database URL, where the trials are not in the folder.
        say: Told of it.

    Raises:
        UserError: The study has no such model, or one of another version.
    """
    folder = RunFolder(run)
    saved = _saved(folder)
    if (not saved or cell not in {None, *saved}) and folder.settings.is_file():
        _complete(open_archive(run, storage), say)
        saved = _saved(folder)
    if not saved:
        raise UserError(
            f"A run keeps its models in {folder.models}, but there are none. "
            f"Confirm the study first: {typed('confirm')} {run}"
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
    chosen = found_cell(cell or min(saved, key=lambda member: _loss(cards[member])))
    return _loaded(folder, chosen, cards[chosen])


def _loaded(folder: RunFolder, cell: Cell, card: Mapping[str, Any]) -> SavedModel:
    reading = _reading(folder, card)
    with unheard_start():
        import keras

        if cell.module:
            import_module(cell.module)  # registers layers that Keras has not
        model = keras.saving.load_model(folder.model(cell), compile=False, safe_mode=True)
    return SavedModel(model, reading, tuple(card["labels"]))


def _saved(folder: RunFolder) -> list[str]:
    """The cells of which there are a model and its card, built-in ones first."""
    cards = (path for path in folder.models.glob("*.json") if path.with_suffix(".keras").is_file())
    found = {json.loads(path.read_text(encoding="utf-8")).get("cell", path.stem) for path in cards}
    return [*(cell for cell in BUILT_IN if cell in found), *sorted(found - {*BUILT_IN})]


def _complete(archive: Archive, say: Callable[[str], None]) -> None:
    """Train the best models that the folder lacks."""
    limits = ProcessLimits(archive.plan.jobs, cores(), archive.folder.libraries_log)
    with as_user_errors(archive.store.shown_url), closing(Pool[str](limits)) as pool:
        complete_models(archive, pool, lambda: False, say)


def _loss(card: Mapping[str, Any]) -> float:
    if "validation_loss" not in card:
        raise UserError(
            "The better model is that of the lowest validation loss, but the cards of these tell "
            "none: they are of version 0.1 of isoparam. Choose one with --cell."
        )
    return float(card["validation_loss"])


def _reading(folder: RunFolder, card: Mapping[str, Any]) -> Vocabulary | SeriesInput:
    if "standardisation" not in card:
        return _vocabulary(folder.models / card["vocabulary"])
    try:
        return SeriesInput.from_card(card)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"A model's card in {folder.models} does not say how series become its input "
            f"({error!r}). It is damaged, or of another version of isoparam: use that one."
        ) from error


def _vocabulary(path: Path) -> Vocabulary:
    try:
        return Vocabulary.from_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(
            f"The tokens of a model are read from {path}, but that is {error}. It is damaged, or "
            "of another version of isoparam: use that one."
        ) from error
