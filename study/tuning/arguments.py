"""What `OptunaOracle` is given, checked before a database is written."""

from pathlib import Path
from typing import Any

from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage

from study.errors import UserError
from study.storage.opening import open_store


def check(sampler: Any, pruner: Any, storage: Any) -> None:
    """Refuse what Optuna would refuse later, or not at all.

    Raises:
        UserError: One is of another kind, or the storage's URL names none that can be used.
    """
    if sampler is not None and not isinstance(sampler, BaseSampler):
        raise _refusal("sampler", "an optuna.samplers object, such as TPESampler(seed=0)", sampler)
    if pruner is not None and not isinstance(pruner, BasePruner):
        raise _refusal("pruner", "an optuna.pruners object, such as MedianPruner()", pruner)
    if storage is None or isinstance(storage, BaseStorage):
        return
    if not isinstance(storage, str) or "://" not in storage:
        what = "a database URL, such as sqlite:///tuning.db, or an optuna.storages object"
        raise _refusal("storage", what, storage)
    try:
        open_store(storage, Path())
    except UserError as error:  # it speaks of the command's flag
        raise UserError(str(error).replace("--storage", "storage")) from error


def _refusal(name: str, expected: str, given: Any) -> UserError:
    shown = f"the class {given.__name__}" if isinstance(given, type) else repr(given)
    return UserError(f"{name} is {expected}, but {shown} was given.")
