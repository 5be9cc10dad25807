"""Data from memory, kept in the study's folder."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from study.api.given import reading
from study.api.keywords import settings_of
from study.datasets.dataset import Dataset
from study.errors import UserError
from study.question.plan import resolve
from study.question.settings import Settings
from study.question.settings_file import load_settings, save_settings


@pytest.fixture
def frame(texts: Path) -> pd.DataFrame:
    return pd.read_csv(texts)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of({"output_dir": tmp_path, "max_params": 900, "embedding": 8})


def prepared(settings: Settings, data: object) -> Dataset:
    with reading(settings, data) as told:
        return resolve(told).dataset


def test_every_form_gives_the_same_arrays(
    frame: pd.DataFrame, settings: Settings, texts: Path
) -> None:
    text, label = frame["text"], frame["label"]
    forms = [texts, str(texts), frame, (text, label), (text.tolist(), tuple(label))]
    forms.append((text.to_numpy(dtype=str), label.astype("category")))
    assert len({prepared(settings, form).fingerprint for form in forms}) == 1


def test_labels_may_be_numbers_and_splits_may_be_given(settings: Settings) -> None:
    words = [f"word{number % 7} and{number}" for number in range(60)]
    split = ["train"] * 40 + ["validation"] * 10 + ["test"] * 10
    frame = pd.DataFrame({"text": words, "label": np.arange(60) % 2, "split": split, "id": 1})
    found = prepared(settings, frame)
    assert found.labels == ("0", "1")
    assert found.sizes == {"train": 40, "validation": 10, "test": 10}
    assert (
        prepared(settings, frame.assign(label=frame["label"].astype(float))).labels == found.labels
    )


def test_numbers_may_be_given(tmp_path: Path) -> None:
    settings = settings_of({"output_dir": tmp_path, "max_params": 900})
    numbers = np.random.default_rng(0).normal(size=(60, 5, 2))
    given = (numbers, np.arange(60) % 2)
    found = prepared(settings, given)
    np.savez(tmp_path / "data.npz", x=numbers, y=np.arange(60) % 2)
    assert prepared(settings, tmp_path / "data.npz").fingerprint == found.fingerprint
    kept = (tmp_path / "data" / "data.npz").read_bytes()
    words = [f"class {number % 2}" for number in range(60)]
    assert prepared(settings, (numbers.tolist(), words)).labels == ("class 0", "class 1")
    prepared(settings, given)
    assert (tmp_path / "data" / "data.npz").read_bytes() == kept


def test_a_frame_may_have_a_row_a_step(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(60, 5, 2)).astype(np.float32)
    steps = pd.DataFrame(numbers.reshape(-1, 2), columns=["x", "y"])
    steps["id"], steps["label"] = np.arange(300) // 5, np.arange(300) // 5 % 2
    settings = settings_of({"output_dir": tmp_path, "id_column": "id"})
    arrays = settings_of({"output_dir": tmp_path, "study_name": "arrays"})
    found, same = prepared(settings, steps), prepared(arrays, (numbers, np.arange(60) % 2))
    for one, other in zip(found.training(), same.training(), strict=True):
        np.testing.assert_array_equal(one.inputs, other.inputs)


def test_the_data_stay_in_the_folder_and_the_settings_name_them(
    frame: pd.DataFrame, settings: Settings, tmp_path: Path
) -> None:
    with reading(settings, frame) as told:
        plan = resolve(told)
    assert plan.folder.path == tmp_path / "data"
    assert Path(plan.settings.data.dataset) == tmp_path / "data" / "data.parquet"
    save_settings(plan.folder.settings, plan.settings)
    moved = (tmp_path / "data").rename(tmp_path / "moved")
    assert resolve(load_settings(moved / "settings.toml")).dataset.fingerprint == (
        plan.dataset.fingerprint
    )


def test_a_study_that_has_begun_keeps_its_data(
    frame: pd.DataFrame, settings: Settings, tmp_path: Path
) -> None:
    others = frame.iloc[:150]
    before = prepared(settings, others)
    assert prepared(settings, frame).fingerprint != before.fingerprint  # nothing has begun
    (tmp_path / "data" / "settings.toml").write_text("")
    kept = (tmp_path / "data" / "data.parquet").read_bytes()
    with pytest.raises(UserError, match="begun with other data"):
        prepared(settings, others)
    prepared(settings, frame)
    assert (tmp_path / "data" / "data.parquet").read_bytes() == kept


def test_a_dry_run_leaves_nothing_behind(
    frame: pd.DataFrame, settings: Settings, tmp_path: Path
) -> None:
    dry = replace(settings, run=replace(settings.run, dry_run=True))
    with reading(dry, frame) as told:
        source = Path(told.data.dataset)
        assert source.exists()
    assert not source.exists()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda frame: ["a", "b"], "are a list. If they are texts, their labels are missing"),
        (lambda frame: (frame["text"], frame["label"][:9]), "300 texts and 9 labels"),
        (lambda frame: (frame["text"], 3), "but .* and int were given"),
        (lambda frame: ([[1.0]] * 299 + [[1.0, 2.0]], frame["label"]), "unequal length"),
        (
            lambda frame: (np.full((300, 4, 1), np.nan), frame["label"]),
            "What was given lacks",
        ),
        (lambda frame: frame.rename(columns={"label": "mood"}), "one column 'label'.*'mood'"),
        (lambda frame: frame[[]], "it has none"),
        (
            lambda frame: frame[frame["label"] != "angry"].head(16),
            "at least 20 examples.* but 16 were given: .* train",
        ),
        (lambda frame: frame.assign(text=range(300)), "row 1 of them has a int"),
        (
            lambda frame: frame.assign(label=frame["label"].where(frame.index > 2)),
            "The DataFrame has no value in column 'label' in 3 of 300 rows, first where .* is 0",
        ),
        (
            lambda frame: frame.assign(label="glad"),
            "Every text in the DataFrame has the label 'glad'",
        ),
        (lambda frame: (["\ud800"] * 300, frame["label"]), "has a character that is none"),
    ],
)
def test_what_cannot_be_learnt_is_refused_in_a_sentence(
    spoil: Callable[[pd.DataFrame], object],
    sentence: str,
    frame: pd.DataFrame,
    tmp_path: Path,
) -> None:
    with pytest.raises(UserError, match=sentence) as refused:
        prepared(settings_of({"output_dir": tmp_path}), spoil(frame))
    assert not re.search("isoparam-|Traceback", str(refused.value))
    assert not list(tmp_path.iterdir())
