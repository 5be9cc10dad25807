"""Small series of numbers, in files of every kind."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.prepare import prepare

FEATURES = ("height", "width")


def made_up(examples: int = 20, steps: int = 5, seed: int = 0) -> NDArray[np.float64]:
    """(examples, steps, features), of which the second half is higher."""
    values = np.random.default_rng(seed).normal(3, 2, (examples, steps, len(FEATURES)))
    values[examples // 2 :] += 1
    return values


def labels(examples: int = 20) -> NDArray[np.str_]:
    return np.repeat(["low", "high"], examples // 2)


def save_npz(path: Path, **arrays: Any) -> Path:
    np.savez(path, **{"x": made_up(), "y": labels(), **arrays})
    return path


def prepared(path: Path, **settings: Any) -> Dataset:
    return prepare(DatasetSpec(str(path), **settings), path.parent / "cache")
