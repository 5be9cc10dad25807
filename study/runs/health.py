"""Whether a run is whole, and what of it can be repaired."""

import contextlib
import json
import re
import shlex
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial

from search_spaces.cells import cell_name
from study.errors import IsoparamError
from study.machine.program import typed
from study.phases.confirmation import confirmation_slots
from study.phases.registration import differing, registrations, write_plan
from study.phases.search import refuse_other_effort, search_slots
from study.phases.winners import kept
from study.question.plan import resolve
from study.question.settings_file import load_settings
from study.runs.archive import Archive
from study.runs.best_models import missing_models
from study.runs.reporter import Reporter
from study.storage.folder import RunFolder
from study.storage.opening import open_store
from study.storage.sqlite import FileStore
from study.storage.trial_storage import as_user_errors
from study.trials.attributes import SEARCH
from study.trials.queue import Queue
from study.trials.slots import Slot

# As `study.machine.files` names temporary files, and `RunFolder.create` its probe.
_TEMPORARY = re.compile(r"\..*(-[0-9a-f]{16}(\.\w+)?|\.probe)$")
_DOCTOR = "doctor"  # owns no trial
_QUESTION = "settings and data"


class Health(StrEnum):
    """How a check came out."""

    OK = "ok"
    REPAIRABLE = "to repair"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        fault: What is wrong, or nothing.
        ok: What is said where nothing is wrong.
        remedy: The command that puts it right, where there is one.
        repair: Puts it right here and now, where going on with the study does not.
    """

    check: str
    fault: str
    ok: str
    remedy: str | None = None
    repair: Callable[[], None] | None = None

    @property
    def health(self) -> Health:
        """How it came out."""
        if not self.fault:
            return Health.OK
        return Health.REPAIRABLE if self.remedy else Health.BROKEN

    @property
    def detail(self) -> str:
        """What was found, in words."""
        return self.fault or self.ok

    def repaired(self) -> "Finding":
        """What is found after the repair; itself where there is nothing to do here."""
        if not self.fault or self.repair is None:
            return self
        try:
            self.repair()
        except IsoparamError as error:
            return Finding(self.check, f"{self.fault}, and no repair: {error}", self.ok)
        return Finding(self.check, "", f"{self.fault}; repaired")


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
    archive = None
    if isinstance(store, FileStore):
        findings.append(Finding("database", _database_fault(store.path), str(store.path)))
    if not any(finding.fault for finding in findings):
        try:
            archive = Archive(folder, resolve(load_settings(folder.settings)), store)
            findings += _contents(archive)
        except IsoparamError as error:
            archive = None
            findings.append(Finding(_QUESTION, str(error), ""))
    if isinstance(store, FileStore):
        findings += [_leases(run, store), _temporary_files(run, store)]
    return [*findings, _report(folder, archive, reporter)]


def _database_fault(path: Path) -> str:
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        with contextlib.closing(connection):
            states = [state for (state,) in connection.execute("PRAGMA integrity_check(3)")]
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        return f"{path} cannot be read: {error}"
    if states != ["ok"]:
        return f"{path} is damaged: {states[0]}"
    return "" if "trials" in tables else f"{path} holds no study of Optuna's"


def _contents(archive: Archive) -> Iterator[Finding]:
    """The checks that need the data set and the trials."""
    plan, search, confirmation = archive.plan, archive.search(), archive.confirmation()
    refuse_other_effort(search, plan)
    yield Finding(_QUESTION, "", f"{plan.identity['dataset']}, as at the start")
    yield _plans(archive, search)
    begun = {trial.user_attrs[SEARCH] for trial in search.get_trials(deepcopy=False)}
    slots = [slot for number in sorted(begun) for slot in search_slots(plan, number)]
    yield from _trials("search", archive, search, slots)
    studies = [search]
    if confirmation is not None:
        winners = kept(confirmation, plan)
        slots = [slot for chosen in winners for slot in confirmation_slots(chosen, plan)]
        yield from _trials("confirmation", archive, confirmation, slots)
        studies.append(confirmation)
        yield _models(archive)
    yield _artifacts(archive, studies)


def _plans(archive: Archive, search: optuna.Study) -> Finding:
    """Whether each plan's file is what was stored, and what was stored is what its digest says."""
    plans = registrations(search)
    if broken := [plan for plan in plans if not plan.whole]:
        return Finding("plan", f"{len(broken)} stored plans are not those of their digests", "")
    wrong = differing(archive.folder, plans)
    names = ", ".join(archive.folder.plan(plan.number).name for plan in wrong)

    def write() -> None:
        for plan in wrong:
            write_plan(archive.folder, plan)

    return Finding(
        "plan",
        f"{names} not as stored" if wrong else "",
        f"{len(plans)} stored, as at the start" if plans else "none was stored",
        _repair_command(archive.folder.path),
        write,
    )


def _trials(
    phase: str, archive: Archive, study: optuna.Study, planned: Sequence[Slot]
) -> Iterator[Finding]:
    queue = Queue(study, archive.store, _DOCTOR)
    orphans = _orphans(queue, archive.store.grace)
    fault = f"{len(orphans)} of dead workers, to requeue" if orphans else ""
    yield Finding(
        f"{phase}: running trials", fault, "none of a dead worker", remedy=archive.resume()
    )
    slots = Counter(queue.slots())
    missing = {slot.number for slot in planned} - slots.keys()
    twice = [slot for slot, trials in slots.items() if trials > 1]
    check, ok = f"{phase}: plan", f"{len(slots)} trials, each once"
    if twice:
        yield Finding(check, f"{len(twice)} planned trials exist twice", ok)
    else:
        fault = f"{len(missing)} of {len(planned)} planned trials are missing" if missing else ""
        yield Finding(check, fault, ok, remedy=archive.resume())


def _orphans(queue: Queue, grace: float) -> list[int]:
    """The running trials of dead workers; a lease may be free for a moment only."""
    orphans = queue.orphans()
    progress = queue.progress()
    if grace and progress.planned > progress.finished + progress.waiting:
        time.sleep(grace)
        orphans = queue.orphans()
    return orphans


def _models(archive: Archive) -> Finding:
    missing = [cell_name(cell) for cell in missing_models(archive)]
    fault = f"the best {' and '.join(missing)} of the study not in the folder" if missing else ""
    return Finding("models", fault, "each cell's best", remedy=archive.resume())


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
    if archive.shared:  # each trial's are in the folder of whoever trained it
        return Finding("artifacts", "", f"{len(metas)} files, in whichever folders")
    missing = [meta.filename for meta in metas if not (folder / meta.artifact_id).is_file()]
    fault = f"{len(missing)} of {len(metas)} are not in {folder}, such as " if missing else ""
    return Finding("artifacts", fault + "".join(missing[:1]), f"{len(metas)} files")


def _leases(run: Path, store: FileStore) -> Finding:
    stale = [path.name for path in _lease_files(store) if not store.held(path.name)]

    def remove() -> None:
        with store.locked():
            store.living(stale)  # removes those of the dead

    return _left_behind("leases", len(stale), run, remove)


def _temporary_files(run: Path, store: FileStore) -> Finding:
    if any(store.held(path.name) for path in _lease_files(store)):
        return Finding("temporary files", "", "not looked for: the study is at work")
    found = [path for path in run.rglob(".*") if path.is_file() and _TEMPORARY.match(path.name)]

    def remove() -> None:
        for path in found:
            path.unlink(missing_ok=True)

    return _left_behind("temporary files", len(found), run, remove)


def _left_behind(check: str, count: int, run: Path, remove: Callable[[], None]) -> Finding:
    fault = f"{count} left behind" if count else ""
    return Finding(check, fault, "none left behind", _repair_command(run), remove)


def _repair_command(run: Path) -> str:
    return f"{typed('doctor')} {shlex.quote(str(run))} --repair"


def _lease_files(store: FileStore) -> list[Path]:
    return sorted(store.leases.iterdir()) if store.leases.is_dir() else []


def _report(folder: RunFolder, archive: Archive | None, reporter: Reporter) -> Finding:
    fault, ok = _report_fault(folder), str(folder.report)
    if archive is None:
        hope = "; it can be written again when the study can be read" if fault else ""
        return Finding("report", fault + hope, ok)

    def write() -> None:
        with as_user_errors(archive.store.shown_url):
            reporter.publish(archive)

    remedy = f"{typed('report')} {shlex.quote(str(folder.path))}"
    return Finding("report", fault, ok, remedy, write)


def _report_fault(folder: RunFolder) -> str:
    try:
        json.loads((folder.path / "summary.json").read_text(encoding="utf-8"))
        page = folder.report.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        return f"summary.json or report.html cannot be read ({error})"
    return "" if page.rstrip().endswith("</html>") else "report.html has no end"
