"""A search space as a KerasTuner HyperModel, for those who search with KerasTuner."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import keras_tuner
from keras_tuner import errors

from search_spaces.budget import Budget, BudgetError
from search_spaces.candidate import Candidate, Scope, Task
from search_spaces.kerastuner import candidate
from search_spaces.parameters import parameter_name
from search_spaces.space import SearchSpace
from search_spaces.spaces import SpaceName, search_space
from study.errors import UserError
from study.question.flag_values import found_cell
from study.training.model import build, compile_model
from study.tuning import arrays
from study.tuning.tensorboard import spare_tensorboard


@dataclass(eq=False, repr=False)
class BudgetHyperModel(keras_tuner.HyperModel):  # type: ignore[misc]  # KerasTuner is untyped
    """Recurrent classifiers within one parameter budget, for any KerasTuner tuner.

    No candidate is over the budget, whatever its cell, and the default one is the widest within
    it. Models are compiled: Adam at the candidate's learning rate, cross-entropy, accuracy. They
    have Keras' own layers where the cell is one of Keras'.

        import keras_tuner
        import study

        data = study.data("surnames")
        model = study.BudgetHyperModel(
            20_736,
            vocabulary=data.vocabulary,
            classes=data.classes,
            sequence_length=data.sequence_length,
        )
        tuner = keras_tuner.RandomSearch(model, objective="val_accuracy", max_trials=20)
        tuner.search(*data.train, validation_data=data.validation, epochs=5)

    Args:
        max_params: The most trainable parameters, of the recurrent layers (or of the whole model:
            `budget_scope="model"`).
        classes: Distinct labels, counted from 0.
        sequence_length: Steps of an example.
        vocabulary: Distinct tokens, padding (0) included; 0 where sequences are numbers.
        features: Numbers a step, where sequences are numbers and have no vocabulary.
        embedding: Width of the token embedding.
        cells: Their names.
        space: "basic", "standard" or "wide".
        budget_scope: What the budget bounds, "cell" or "model".
        batch_size: Where the space does not choose it.
        seed: Of the initial weights of the first model that is built; the next takes the next.

    Attributes:
        searched: The search space.

    Raises:
        BudgetError: The budget fits one of the cells not at all.
        UserError: There is no cell, space or scope of that name, or it is not one of vocabulary
            and features that is given.
    """

    max_params: int
    _: KW_ONLY
    classes: int
    sequence_length: int
    vocabulary: int = 0
    features: int = 0
    embedding: int = 16
    cells: Iterable[str] = ("lstm", "gru")
    space: str = "standard"
    budget_scope: str = "cell"
    batch_size: int = 32
    seed: int = 0
    searched: SearchSpace = field(init=False)

    def __post_init__(self) -> None:
        spare_tensorboard()
        cells = (self.cells,) if isinstance(self.cells, str) else self.cells
        space = _named(SpaceName, "space", self.space)
        scope = _named(Scope, "budget_scope", self.budget_scope)
        found, task = tuple(found_cell(cell) for cell in cells), self._task()
        try:
            self.searched = search_space(
                space, task, Budget(self.max_params, scope), found, self.batch_size
            )
        except BudgetError as error:  # its remedies are the command's flags
            fault = str(error).partition(" Raise --")[0]
            narrower = ", or choose a narrower embedding" if task.has_embedding else ""
            raise BudgetError(f"{fault} Raise max_params{narrower}.") from error
        self._next_seed = self.seed
        super().__init__(name="isoparam")

    def build(self, hp: keras_tuner.HyperParameters) -> Any:
        """The compiled model of these hyperparameters; always within the budget."""
        chosen = candidate(self.searched, hp)
        model = build(
            chosen, self.searched.task, self.sequence_length, seed=self._next_seed, fused=False
        )
        self._next_seed += 1
        compile_model(model, chosen, metrics=["accuracy"])
        # Weights are stored with the optimizer's, which one that is not built cannot read.
        model.optimizer.build(model.trainable_variables)
        return model

    def candidate(self, hp: keras_tuner.HyperParameters) -> Candidate:
        """What these hyperparameters stand for: its units, layers, rates and `cell_parameters`.

        In the space "wide" the hyperparameters themselves do not say it. `print` shows it.
        """
        return candidate(self.searched, hp)

    def fit(self, hp: keras_tuner.HyperParameters, model: Any, *args: Any, **options: Any) -> Any:
        """Keras' `fit` with the candidate's batch size; a data set has batches of its own.

        Raises:
            FatalValueError: A batch size is given besides, or the space chooses it and a data set
                has chosen; or arrays are not as the models expect them.
        """
        if "batch_size" in options:
            raise errors.FatalValueError(
                "The batch size is the candidate's, so search() takes none. "
                "Give it to BudgetHyperModel(batch_size=...)."
            )
        chosen = candidate(self.searched, hp)
        if len(args) > 1 or options.get("y") is not None:
            self._check(*args, **options)
            options["batch_size"] = chosen.batch_size
        elif parameter_name(chosen.cell, "batch_size") in hp.values:
            raise errors.FatalValueError(
                "This space chooses the batch size, so search() takes arrays x and y rather than "
                "a data set in batches. Give arrays, or another space."
            )
        return model.fit(*args, **options)

    def _check(
        self, x: Any = None, y: Any = None, *_: Any, validation_data: Any = None, **__: Any
    ) -> None:
        arrays.check(x, y, self.searched.task, self.sequence_length)
        if isinstance(validation_data, tuple):
            inputs, labels = validation_data[:2]
            arrays.check(inputs, labels, self.searched.task, self.sequence_length)

    def _task(self) -> Task:
        if (self.vocabulary > 0) == (self.features > 0):
            given = "both were" if self.vocabulary > 0 else "neither was"
            raise UserError(
                "BudgetHyperModel takes vocabulary=..., for tokens, or features=..., for numbers, "
                f"but {given} given. Give one of them."
            )
        return Task(self.vocabulary, self.classes, self.features or self.embedding)


def _named(kind: Any, name: str, value: str) -> Any:
    """The member of an enumeration.

    Raises:
        UserError: It has none of that value.
    """
    try:
        return kind(value)
    except ValueError as error:
        raise UserError(
            f"The {name} is one of {', '.join(kind)}, but {value!r} was given. Choose one of these."
        ) from error
