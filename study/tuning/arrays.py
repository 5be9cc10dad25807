"""What a search is given to train on, held against what its models were made for."""

from typing import Any

import numpy as np
from keras_tuner import errors

from search_spaces.candidate import Task


def check(inputs: Any, labels: Any, task: Task, steps: int) -> None:
    """Refuse examples that would train wrongly, or fail deep inside a compiled graph.

    Args:
        inputs: Tokens, (examples, steps), or numbers, (examples, steps, features).
        labels: (examples,) or (examples, 1).
        steps: Of each example.

    Raises:
        FatalValueError: A shape, a token or a label is not as the models expect it.
    """
    inputs, labels = np.asarray(inputs), np.asarray(labels)
    shape = (steps,) if task.has_embedding else (steps, task.embedding)
    _expect(
        inputs.shape[1:] == shape,
        f"Inputs are (examples, {', '.join(map(str, shape))})",
        f"an array of {inputs.shape}",
        f"Give BudgetHyperModel their {'length' if task.has_embedding else 'length and features'}.",
    )
    if task.has_embedding:
        _within(inputs, "Tokens", "vocabulary", task.vocabulary)
    _expect(
        labels.shape[1:] in {(), (1,)},
        "Labels are one class number an example, (examples,)",
        f"an array of {labels.shape}",
        "Give numpy.argmax(labels, axis=1) if they are one-hot.",
    )
    _within(labels, "Labels", "classes", task.classes)


def _within(values: Any, what: str, name: str, end: int) -> None:
    if values.size:
        low, high = values.min(), values.max()
        _expect(
            bool(low >= 0 and high < end),
            f"{what} are counted from 0 and below {name}={end}",
            f"{low} to {high}",
            f"Give BudgetHyperModel their {name}, or number them anew.",
        )


def _expect(right: bool, expected: str, given: str, remedy: str) -> None:
    if not right:
        raise errors.FatalValueError(f"{expected}, but {given} was given. {remedy}")
