"""`study.compare`: the command, from Python."""

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, overload

from reports.publish import Reporter
from study.api.calling import from_python
from study.api.files import FORMS
from study.api.given import reading
from study.api.keywords import described, settings_of, signature
from study.api.result import Result
from study.errors import CallError, UserError
from study.pipeline import run_study
from study.question.settings import Settings
from study.runs.archive import Archive, open_archive
from study.runs.reporter import Published
from study.storage.trial_storage import as_user_errors
from study.terminal.command import terminal

_DOCUMENTATION = """Compare recurrent cells at an equal parameter budget, on data of yours.

Does what `python -m study.search` does, and goes on where it stopped when it is called again with
the same arguments, by that command too. Ctrl-C, or a notebook's stop button, ends the training
processes; the call says so on stderr, and returns what is known by then: its `finished` is False,
and what stands below it in a script, or in a notebook that runs all cells, is done next. Training
takes place in other processes, which the call waits for; a script needs no
`if __name__ == "__main__"`.

A study keeps its data and its question. More `searches` can be asked for, and `confirm`, `n_jobs`,
`timeout`, `trial_timeout`, `quiet` and `json` may change; for anything else, more `epochs` too,
give another `study_name`.

Args:
    data: The path of a table or of a folder of texts, or the name of a built-in data set; a pandas
        DataFrame with a column of texts, one of labels and, if you like, one named "split", or with
        `id_column`, numbers, one row a step; or
        (texts, labels), two sequences; or (numbers, labels) with an array of (examples, steps,
        features). Data from memory are kept in the study's folder, as `<study-name>.parquet` or
        `.npz`, where the command finds them, too; their study is named "data" where nothing else
        is asked for, so that each frame needs a `study_name`. None: what `dataset` says.
{flags}

Returns:
    What was found, or None after a dry run or where the plan is only registered.

Raises:
    UserError: Something that was given cannot be used; the message says what would. Of a keyword
        that there is not, it is a TypeError, too.
    BudgetError: The budget fits one of the cells not at all.
"""


@dataclass(frozen=True)
class _Keeping(Reporter):
    """The command's reporter, which keeps what it has published last."""

    kept: list[Result] = field(default_factory=list)

    def publish(self, archive: Archive) -> Published:
        published = super().publish(archive)
        self.kept[:] = [Result(archive, published.record)]
        return published


@overload
def compare(data: Any = None, /, *, dry_run: Literal[True], **flags: Any) -> None: ...
@overload
def compare(data: Any = None, /, *, register: Literal[True], **flags: Any) -> None: ...
@overload
def compare(data: Any = None, /, **flags: Any) -> Result: ...
def compare(data: Any = None, /, *others: Any, **flags: Any) -> Result | None:  # noqa: D103  # see below
    with from_python():
        _refuse_others(data, others)
        settings = _from_anywhere(settings_of(flags))
        keeping = _Keeping()
        with reading(settings, _data(data, flags, settings)) as told:
            status = run_study(told, keeping)
        if status:
            again = "this cell" if terminal(settings.run).in_notebook else "the same call"
            print(
                f"Interrupted: run {again} again to go on. The result is what is known so far.",
                file=sys.stderr,
            )
    return keeping.kept[0] if keeping.kept else None


def _refuse_others(data: Any, others: tuple[Any, ...]) -> None:
    if others:
        raise CallError(
            f"compare() takes its data alone without a keyword, but {1 + len(others)} arguments "
            "were given. Give texts and labels as one pair, compare((texts, labels)), and the "
            'columns of a DataFrame by name: text_column="message", label_column="kind".'
        )


def _data(data: Any, flags: Mapping[str, Any], settings: Settings) -> Any:
    """What is to be read."""
    if data is not None and flags.get("dataset") is not None:
        raise CallError("compare() takes data or the keyword dataset, but both were given.")
    if data is not None:
        return data
    if flags.get("dataset") is None and flags.get("config") is None:
        raise UserError(
            f"compare() takes {FORMS}, but no data were given. Give some, or "
            'dataset="surnames" for the embedded ones.'
        )
    return settings.data.dataset


def _from_anywhere(settings: Settings) -> Settings:
    """With the study's folder named so that a shell in another folder finds it, too."""
    absolute = settings.run.output_dir.absolute()
    return replace(settings, run=replace(settings.run, output_dir=absolute))


def load(folder: str | Path, storage: str | None = None) -> Result:
    """The result of a study that is there already, as far as it has come.

    Args:
        folder: The study's, `runs/<study-name>`.
        storage: Database URL, where the trials are not in the folder.

    Raises:
        UserError: The folder or the storage holds no such study.
    """
    with from_python():
        archive = open_archive(Path(folder), storage)
        with as_user_errors(archive.store.shown_url):
            return Result(archive, archive.record())


_DATA = inspect.Parameter("data", inspect.Parameter.POSITIONAL_ONLY, default=None, annotation=Any)
compare.__doc__ = _DOCUMENTATION.format(flags=described())
# What `help`, a notebook's hints and its completion show.
compare.__signature__ = signature(_DATA, Result)  # type: ignore[attr-defined]
