"""A setting is decided once, and what is said at its field holds everywhere."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import pytest

from study.datasets.level import Level
from study.question.plan import resolve
from study.question.settings import DataSettings, RunSettings, SearchSettings, Settings, Trait
from study.question.settings_file import load_settings, save_settings, saved_flags

NO_DEFAULT = {
    "vocabulary", "timeout", "trial-timeout", "candidates", "storage", "id-column", "step-column"
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Momentous(SearchSettings):
    """As if a flag had been added."""

    momentum: Annotated[int | None, Trait(identity=True, words=1, characters=2)] = None
    note: Annotated[str | None, Trait(saved=False)] = None


def test_nothing_that_has_a_default_is_left_open() -> None:
    settings = resolve(Settings()).settings
    assert {flag.name for flag in settings.flags() if flag.value is None} == NO_DEFAULT


def test_what_is_given_is_not_decided(texts: Path) -> None:
    search = SearchSettings(epochs=7)
    plan = resolve(Settings(data=DataSettings(dataset=str(texts)), search=search))
    assert (plan.epochs, plan.patience, plan.n_trials) == (
        7,
        1,
        6 * 2 * plan.settings.question.budgets,
    )
    assert plan.settings.data.level is Level.WORD


def test_a_plan_of_decided_settings_is_the_same(texts: Path) -> None:
    plan = resolve(Settings(data=DataSettings(dataset=str(texts))))
    assert resolve(plan.settings) == plan


def test_saved_settings_ask_the_same(texts: Path, tmp_path: Path) -> None:
    run = RunSettings(output_dir=tmp_path, quiet=True, n_jobs=3)
    plan = resolve(Settings(data=DataSettings(dataset=str(texts)), run=run))
    plan.folder.create()
    save_settings(plan.folder.settings, plan.settings)
    loaded = load_settings(plan.folder.settings)
    assert loaded.run == replace(plan.settings.run, quiet=False, n_jobs=None)
    assert replace(resolve(loaded), settings=plan.settings) == plan


def test_what_is_said_at_a_new_field_holds_everywhere() -> None:
    plan = resolve(Settings(search=Momentous(note="mine")))
    assert plan.identity["momentum"] == 2
    assert saved_flags(plan.settings)["momentum"] == 2
    assert "note" not in saved_flags(plan.settings)
    assert resolve(Settings(search=Momentous(momentum=3))).identity["momentum"] == 3


def test_a_folder_of_the_same_name_is_not_the_embedded_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "surnames").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve(Settings()).settings.data.dataset == "surnames"
