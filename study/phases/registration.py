"""What is decided, stored with its digest before the first training: a pre-registration.

A plan is the text of `plan.json`, JSON with sorted keys, and its SHA-256; both are attributes of
the Optuna study. Another plan, such as one of more searches, is one more entry beside the first:
none is ever changed. Whoever has noted the digest beforehand can prove what was decided by then.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import optuna

from study.machine.files import write_atomically
from study.machine.program import version
from study.phases.rules import rules
from study.question.plan import StudyPlan
from study.question.settings_file import saved_flags
from study.storage.folder import RunFolder
from study.storage.store import Store
from study.trials.registered import Registration

_PLAN = "plan {}"  # study attribute: the plan of this number
_SEEDS = "derived from the study's seed for each purpose and place, with NumPy's SeedSequence"
# Of one machine, or said elsewhere in the plan.
_LEFT_OUT = {"dataset", "output-dir", "study-name", "seed", "trial-timeout"}


def registrations(study: optuna.Study) -> tuple[Registration, ...]:
    """The plans of a study, in the order in which they were stored."""
    attributes = study.user_attrs
    found: list[Registration] = []
    while stored := attributes.get(_PLAN.format(len(found) + 1)):
        when = datetime.fromisoformat(stored["stored"])
        found.append(
            Registration(
                len(found) + 1, stored["sha256"], when, stored["trainings"], stored["text"]
            )
        )
    return tuple(found)


def register(
    study: optuna.Study, store: Store, text: str, trainings: int
) -> tuple[Registration, ...]:
    """Store a plan, unless it is the one in force; returns all.

    A plan of an earlier version says less, and stays in force where it says the same.

    Args:
        text: As `plan_text` gives it.
        trainings: Trials and runs that have begun.
    """
    with store.locked():
        known = registrations(study)
        if known and _says(text, known[-1].text):
            return known
        entry = {
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "stored": datetime.now(UTC).isoformat(timespec="seconds"),
            "trainings": trainings,
            "text": text,
        }
        study.set_user_attr(_PLAN.format(len(known) + 1), entry)
        return registrations(study)


def _says(text: str, earlier: str) -> bool:
    """Whether a plan says what an earlier one does."""
    told, then = json.loads(text), json.loads(earlier)
    return all(name in told and told[name] == value for name, value in then.items())


def write_missing(folder: RunFolder, plans: Sequence[Registration]) -> None:
    """Write the plans' files that the folder lacks; those that are there stay."""
    for plan in plans:
        if not folder.plan(plan.number).exists():
            write_plan(folder, plan)


def write_plan(folder: RunFolder, plan: Registration) -> None:
    """Write a plan's file as it was stored."""
    with write_atomically(folder.plan(plan.number)) as path:
        path.write_bytes(plan.text.encode())


def differing(folder: RunFolder, plans: Sequence[Registration]) -> list[Registration]:
    """Those whose file is missing, or not what was stored."""
    return [plan for plan in plans if not _same(folder, plan)]


def _same(folder: RunFolder, plan: Registration) -> bool:
    path = folder.plan(plan.number)
    return path.is_file() and path.read_bytes() == plan.text.encode()


def _as_typed(value: Any) -> Any:
    """A default and the settings file may write the same number as 1 and 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def plan_text(plan: StudyPlan, verdict: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Everything that is decided before a study begins, as JSON.

    Args:
        verdict: How it will be reached.
        environment: Of the study's first training.
    """
    told = {
        **rules(plan, environment),
        "isoparam": version(),
        "study": plan.name,
        "data": {
            "name": plan.dataset.name,
            "fingerprint": plan.dataset.fingerprint,
            "examples": dict(plan.dataset.sizes),
            "classes": len(plan.dataset.labels),
        },
        "cells": [str(cell) for cell in plan.cells],
        "budgets": [budget.limit for budget in plan.ladder()],
        "scope": plan.budget.scope.value,
        "searches": {"least": plan.searches.least, "most": plan.searches.most},
        "trials": {"search": plan.n_trials, "cell_and_budget": plan.trials_of_a_cell},
        "begin_with": {str(cell): dict(known) for cell, known in plan.known.parameters.items()},
        "replicates": plan.replicates,
        "backend": plan.identity["backend"],
        "seed": {"study": plan.settings.run.seed, "others": _SEEDS},
        "settings": {
            name: _as_typed(value)
            for name, value in saved_flags(plan.settings).items()
            if name not in _LEFT_OUT
        },
        "verdict": dict(verdict) if plan.settings.answer.confirm else None,
    }
    return json.dumps(told, sort_keys=True, indent=2) + "\n"
