"""Whether a run is whole, what can be repaired of it, and mending it."""

import contextlib
import json
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial

from search_spaces.budget import BudgetError
from study.errors import UserError
from study.phases.confirmation import CHOSEN, chosen_candidates, confirmation_plan, matched_pairs
from study.phases.search import search_plan
from study.runs.archive import Archive, open_archive
from study.runs.reporter import Reporter
from study.storage.folder import RunFolder
from study.storage.opening import open_store
from study.storage.sqlite import FileStore
from study.trials.queue import Queue, Slot

_TEMPORARY = re.compile(
    r"\..*(-[0-9a-f]{16}(\.\w+)?|\.probe)$"
)  # as `study.machine.files` names them
_DOCTOR = "doctor"  # owns no trial
_QUESTION = "settings and data"


class Verdict(StrEnum):
    """How a check came out."""

    OK = "well"
    REPAIRABLE = "to repair"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        repair: Puts it right, where that is safe.
    """

    check: str
    verdict: Verdict
    detail: str
    repair: Callable[[], None] | None = None


def examine(run: Path, storage: str | None, reporter: Reporter) -> list[Finding]:
    """Check a run; nothing is changed.

    Args:
        run: `runs/<study-name>`.
        storage: Database URL, where the trials are not in the folder.
        reporter: Writes a broken report again, if asked to.

    Raises:
        UserError: The folder holds no study.
    """
    folder = RunFolder(run)
    folder.require(folder.settings)
    store = open_store(storage, folder.database)
    findings: list[Finding] = []
    if isinstance(store, FileStore):
        findings.append(_database(store))
    if all(finding.verdict is Verdict.OK for finding in findings):
        findings += _contents(run, storage)
    if isinstance(store, FileStore):
        findings += [_leases(store), _temporary_files(run, store)]
    findings.append(_report(run, storage, reporter))
    return findings


def _database(store: FileStore) -> Finding:
    try:
        connection = sqlite3.connect(f"{store.path.as_uri()}?mode=ro", uri=True)
        with contextlib.closing(connection):
            states = [state for (state,) in connection.execute("PRAGMA integrity_check(3)")]
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        return Finding("database", Verdict.BROKEN, f"{store.path} cannot be read: {error}")
    if states != ["ok"]:
        return Finding("database", Verdict.BROKEN, f"{store.path} is damaged: {states[0]}")
    if "trials" not in tables:
        return Finding("database", Verdict.BROKEN, f"{store.path} holds no study of Optuna's")
    return Finding("database", Verdict.OK, str(store.path))


def _contents(run: Path, storage: str | None) -> list[Finding]:
    """The checks that need the data set and the trials."""
    try:
        archive = open_archive(run, storage)
        search, confirmation = archive.search(), archive.confirmation()
    except (UserError, BudgetError) as error:
        return [Finding(_QUESTION, Verdict.BROKEN, str(error))]
    findings = [
        Finding(_QUESTION, Verdict.OK, f"{archive.plan.identity['dataset']}, as at the start"),
        *_trials("search", archive, search, search_plan(archive.plan)),
    ]
    studies = [search]
    if confirmation is not None and CHOSEN in confirmation.user_attrs:
        plan = _confirmed(archive, confirmation)
        findings += _trials("confirmation", archive, confirmation, plan)
        studies.append(confirmation)
    return [*findings, _artifacts(archive, studies)]


def _confirmed(archive: Archive, confirmation: optuna.Study) -> list[Slot]:
    plan = archive.plan
    candidates = chosen_candidates(confirmation, plan.cells)
    pairs = matched_pairs(candidates, plan.ladder(), plan)
    return confirmation_plan(pairs, plan.replicates, plan)


def _trials(
    phase: str, archive: Archive, study: optuna.Study, plan: Sequence[Slot]
) -> Iterator[Finding]:
    queue = Queue(study, archive.store, _DOCTOR)
    orphans = _orphans(queue, archive.store.grace)
    yield Finding(
        f"{phase}: running trials",
        Verdict.REPAIRABLE if orphans else Verdict.OK,
        f"{len(orphans)} of dead workers, to requeue" if orphans else "none of a dead worker",
        queue.reap,
    )
    slots = Counter(queue.slots())
    missing = {slot.number for slot in plan} - slots.keys()
    twice = [slot for slot, trials in slots.items() if trials > 1]
    if twice:
        yield Finding(f"{phase}: plan", Verdict.BROKEN, f"{len(twice)} planned trials exist twice")
    elif missing:
        detail = f"{len(missing)} of {len(plan)} planned trials are missing, to plan again"
        yield Finding(f"{phase}: plan", Verdict.REPAIRABLE, detail, lambda: queue.plan(plan))
    else:
        yield Finding(f"{phase}: plan", Verdict.OK, f"{len(slots)} trials, each once")


def _orphans(queue: Queue, grace: float) -> list[int]:
    """The running trials of dead workers; a lease may be free for a moment only."""
    orphans = queue.orphans()
    progress = queue.progress()
    if grace and progress.planned > progress.finished + progress.waiting:
        time.sleep(grace)
        orphans = queue.orphans()
    return orphans


def _artifacts(archive: Archive, studies: Sequence[optuna.Study]) -> Finding:
    storage = archive.store.optuna()
    holders: list[optuna.Study | FrozenTrial] = [*studies]
    for study in studies:
        holders += study.get_trials(deepcopy=False)
    metas = [
        meta
        for holder in holders
        for meta in optuna.artifacts.get_all_artifact_meta(holder, storage=storage)
    ]
    folder = archive.folder.artifacts
    missing = [meta for meta in metas if not (folder / meta.artifact_id).is_file()]
    if missing:
        detail = f"{len(missing)} of {len(metas)} are not in {folder}, such as "
        return Finding("artifacts", Verdict.BROKEN, detail + missing[0].filename)
    return Finding("artifacts", Verdict.OK, f"{len(metas)} files")


def _leases(store: FileStore) -> Finding:
    stale = [path for path in _lease_files(store) if not store.held(path.name)]
    if not stale:
        return Finding("leases", Verdict.OK, "none left behind")

    def remove() -> None:
        with store.locked():
            store.living([path.name for path in stale])  # removes those of the dead

    return Finding("leases", Verdict.REPAIRABLE, f"{len(stale)} left behind, to remove", remove)


def _temporary_files(run: Path, store: FileStore) -> Finding:
    if any(store.held(path.name) for path in _lease_files(store)):
        return Finding("temporary files", Verdict.OK, "not looked for: the study is at work")
    found = [path for path in run.rglob(".*") if path.is_file() and _TEMPORARY.match(path.name)]
    if not found:
        return Finding("temporary files", Verdict.OK, "none left behind")

    def remove() -> None:
        for path in found:
            path.unlink(missing_ok=True)

    detail = f"{len(found)} left behind, to remove"
    return Finding("temporary files", Verdict.REPAIRABLE, detail, remove)


def _lease_files(store: FileStore) -> list[Path]:
    return sorted(store.leases.iterdir()) if store.leases.is_dir() else []


def _report(run: Path, storage: str | None, reporter: Reporter) -> Finding:
    failure = _unreadable(run)
    if failure is None:
        return Finding("report", Verdict.OK, str(run / "report.html"))

    def write() -> None:
        reporter.publish(open_archive(run, storage))

    return Finding("report", Verdict.REPAIRABLE, f"{failure}, to write again", write)


def _unreadable(run: Path) -> str | None:
    """What is wrong with the report's files, or None."""
    try:
        json.loads((run / "summary.json").read_text(encoding="utf-8"))
        page = (run / "report.html").read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        return f"summary.json or report.html cannot be read ({error})"
    return None if page.rstrip().endswith("</html>") else "report.html has no end"
