"""The project's data sets for a KerasTuner search, which is never given their test split."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from study.datasets.dataset import DatasetSpec
from study.datasets.prepare import prepare


@dataclass(frozen=True, eq=False)
class Data:
    """Examples to search with, and what `BudgetHyperModel` is to know of them.

    Attributes:
        train: Inputs and labels: tokens, (examples, steps), int32, 0 padded on the left, or
            numbers, (examples, steps, features), float32; class numbers, (examples,), int32.
        validation: The same, of other examples.
        vocabulary: Distinct tokens, padding (0) included; 0 of numbers.
        features: Numbers a step; 0 of tokens.
        classes: Distinct labels.
        sequence_length: Steps of an example.
    """

    train: tuple[Any, Any]
    validation: tuple[Any, Any]
    vocabulary: int
    features: int
    classes: int
    sequence_length: int


def data(
    source: str | Path,
    *,
    vocabulary: int | None = None,
    sequence_length: int | None = None,
    seed: int = 0,
) -> Data:
    """A data set's training and validation examples, as `study.compare` would train with them.

    Its test split stays closed: a search that saw it could not be judged by it.

    Args:
        source: "surnames", "imdb", "reuters", or the path of a table with the columns text and
            label, of a folder of texts, or of an .npz or .ts file of numbers.
        vocabulary: Most frequent tokens, 4 reserved ones included. Default: 10,000 words, or
            every character.
        sequence_length: Last steps read of each example. Default: 100 words, 20 characters, 500
            steps of numbers.
        seed: Of the draw of the splits that the data do not bring.

    Returns:
        `train` and `validation`, each (inputs, labels); `vocabulary`, `features`, `classes` and
        `sequence_length`, as `BudgetHyperModel` takes them.

    Raises:
        UserError: The data are not there, or not as expected.
    """
    spec = DatasetSpec(str(source), vocabulary, sequence_length, seed=seed)
    dataset = prepare(spec)
    train, validation = dataset.training()
    return Data(
        (train.inputs, train.labels),
        (validation.inputs, validation.labels),
        dataset.vocabulary,
        dataset.features,
        len(dataset.labels),
        dataset.sequence_length,
    )
