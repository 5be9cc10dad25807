"""Small series of numbers, in files of every kind."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
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


def prepared(path: Path, cache: Path | None = None, **settings: Any) -> Dataset:
    return prepare(DatasetSpec(str(path), **settings), cache or path.parent / "cache")


def save_ts(path: Path, values: Iterable[NDArray[Any]], labels: Iterable[str]) -> Path:
    lines = ["@timeStamps false", f"@classLabel true {' '.join(sorted(set(labels)))}", "@data"]
    for series, label in zip(values, labels, strict=True):
        channels = [",".join(map(repr, channel.tolist())) for channel in series.T]
        lines.append(":".join([*channels, label]))
    path.write_text("\n".join(lines))
    return path


def long_frame(values: NDArray[Any], labels: NDArray[Any]) -> pd.DataFrame:
    examples, steps, features = values.shape
    names = FEATURES if features == len(FEATURES) else [f"f{at}" for at in range(features)]
    frame = pd.DataFrame(values.reshape(-1, features), columns=list(names))
    frame.insert(0, "id", np.repeat(np.arange(examples), steps))
    frame.insert(1, "step", np.tile(np.arange(steps), examples))
    frame["label"] = np.repeat(labels, steps)
    return frame
