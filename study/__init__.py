"""Trying it: data, training, search and confirmation.

From Python, `study.compare(data)` does what `python -m study.search` does, and returns the result;
`study.load(folder)` is the result of a study that is there already.
"""

import importlib
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search_spaces.budget import BudgetError
    from search_spaces.errors import IsoparamError
    from study.api.compare import compare, load
    from study.api.result import Result
    from study.errors import UserError
    from study.tuning.data import data
    from study.tuning.hypermodel import BudgetHyperModel
    from study.tuning.oracle import OptunaOracle

# What is had from Python, and its module, imported when it is asked for: the commands' help needs
# none of it, and is to come at once.
_HOMES = {
    "BudgetError": "search_spaces.budget",
    "BudgetHyperModel": "study.tuning.hypermodel",
    "IsoparamError": "search_spaces.errors",
    "OptunaOracle": "study.tuning.oracle",
    "Result": "study.api.result",
    "UserError": "study.errors",
    "compare": "study.api.compare",
    "data": "study.tuning.data",
    "load": "study.api.compare",
}
__all__ = [
    "BudgetError",
    "BudgetHyperModel",
    "IsoparamError",
    "OptunaOracle",
    "Result",
    "UserError",
    "compare",
    "data",
    "load",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with warnings.catch_warnings():
        # Optuna's bars would like ipywidgets, and are not shown.
        warnings.filterwarnings("ignore", "IProgress not found")
        found = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
