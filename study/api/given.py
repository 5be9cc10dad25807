"""Data from memory: kept as a file in the study's folder, where the command finds them, too."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from study.api.files import write
from study.errors import UserError
from study.machine.files import write_atomically
from study.question.plan import StudyPlan, resolve
from study.question.settings import Settings

NAME = "data"  # of a study whose data have no name
_FEWEST = 20


@contextmanager
def reading(settings: Settings, data: object) -> Iterator[Settings]:
    """The settings with what `compare` was given as its data, for as long as the block lasts.

    Data from memory are kept in the study's folder, as `<study-name>.parquet` or, numbers, as
    `<study-name>.npz`; a dry run leaves nothing behind.

    Args:
        data: A path, the name of a data set, a DataFrame, or (texts, labels), or (numbers, labels)
            with numbers of (examples, steps, features).

    Raises:
        UserError: They are none of these or cannot be learnt, or the folder's study has others.
    """
    if isinstance(data, str | os.PathLike):
        yield _from(settings, os.fspath(data))
        return
    name = settings.run.study_name or NAME
    settings = replace(settings, run=replace(settings.run, study_name=name))
    with TemporaryDirectory(prefix="isoparam-") as folder:
        written, called = write(data, settings.data, Path(folder) / name)
        given = _from(settings, written)
        try:
            plan = resolve(given)
            _refuse_few(plan)
            if settings.run.dry_run:
                yield given
                return
        except UserError as error:
            sentence = str(error).replace(str(written), called)
            raise UserError(sentence[0].upper() + sentence[1:]) from None
        kept = _keep(written, plan)
    yield _from(settings, kept)


def _refuse_few(plan: StudyPlan) -> None:
    sizes = plan.dataset.sizes
    if (count := sum(sizes.values())) < _FEWEST:
        split = ", ".join(f"{some} {name}" for name, some in sizes.items())
        raise UserError(
            f"A study takes at least {_FEWEST} examples, and hundreds for an answer worth having, "
            f"but {count} were given: {split}. Give more."
        )


def _from(settings: Settings, source: str | Path) -> Settings:
    return replace(settings, data=replace(settings.data, dataset=str(source)))


def _keep(written: Path, plan: StudyPlan) -> Path:
    """The file in the study's folder that holds these data."""
    folder = plan.folder
    target = folder.path / written.name
    if target.exists() and folder.settings.exists():
        there = resolve(_from(plan.settings, target)).dataset
        if there.fingerprint != plan.dataset.fingerprint:
            raise UserError(
                f"The study in {folder.path} was begun with other data, which are in "
                f"{target.name} there. Choose another study_name, or delete the folder."
            )
        return target
    folder.create()
    with write_atomically(target) as path:
        shutil.copyfile(written, path)
    return target
