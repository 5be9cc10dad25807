"""Faults of real studies: the command as its users run it, with Keras."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from study.phases.confirmation import confirmation_slots
from study.phases.winners import kept
from study.processes.limits import ProcessLimits
from study.question.plan import StudyPlan, resolve
from study.question.settings_file import load_settings
from study.runs.archive import open_archive, read
from study.storage.sqlite import FileStore
from study.training.job import TrainingJob
from study.trials import attributes as attrs
from study.trials.queue import Queue
from tests.faults.outcome import Outcome, judged
from tests.support.commands import ROOT, run_module, search, small_study, write_moods
from tests.support.servers.server import PASSWORD, QUOTED, Server
from tests.support.simulated.stubs import StubWork, run_loop, stub_slots, stub_study

_ENDED = re.compile(r"(search|confirmation) \d+ of ")


@dataclass
class Command:
    """`python -m study.search` at work, in a process group of its own."""

    process: subprocess.Popen[str]

    def lines(self, count: int) -> None:
        """Wait for so many finished trials or runs."""
        assert self.process.stdout
        while count:
            line = self.process.stdout.readline()
            assert line
            count -= bool(_ENDED.match(line))  # others say what the data are like

    def kill_group(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def end(self) -> tuple[int, str, str]:
        """Its exit status and what else it printed."""
        output, errors = self.process.communicate(timeout=200)
        return self.process.returncode, output, errors


@contextmanager
def searching(*arguments: str, env: dict[str, str] | None = None) -> Iterator[Command]:
    """A search, killed with all its processes if it outlives the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "study.search", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
        start_new_session=True,
    )
    try:
        yield Command(process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def small(folder: Path, **changes: str) -> list[str]:
    """Flags of a small study, whose data and runs are in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "moods.csv"
    if not data.exists():
        write_moods(data)
    flags = [*small_study(data), "--study-name", "moods"]
    for name, value in changes.items():
        flags[flags.index(f"--{name}") + 1] = value
    return flags


def killed_and_resumed(folder: Path, moments: Sequence[int]) -> Outcome:
    """The whole group is killed; what was complete stays, and the same study comes out.

    Args:
        moments: Finished trials and runs of each life, before it is ended.
    """
    flags = small(folder, **{"n-trials": "8"})
    whole = search(*flags, "--output-dir", str(folder / "whole"))
    assert whole.returncode == 0, whole.stderr
    again = [*flags, "--output-dir", str(folder / "interrupted")]
    run = folder / "interrupted" / "moods"
    before: dict[tuple[str, int], tuple[object, ...]] = {}
    for moment in moments:
        with searching(*again) as command:
            command.lines(moment)
            command.kill_group()
        results = _results(run)
        assert {place: results[place] for place in before} == before
        before = results
    assert before
    done = search(*again)
    assert done.returncode == 0, done.stderr
    after = _results(run)
    assert {place: after[place] for place in before} == before
    assert after == _results(folder / "whole" / "moods")
    planned = [judged(study, count, injected=len(moments)) for study, count in _plans(run)]
    return Outcome.of_all(planned)


def _plans(run: Path, storage: str | None = None) -> Iterator[tuple[optuna.Study, int]]:
    """The search and its confirmation, each with the trials that it is to have."""
    archive = open_archive(run, storage)
    yield archive.search(), archive.plan.n_trials * archive.plan.searches.most
    confirmation = archive.confirmation()
    if confirmation is not None:
        chosen = kept(confirmation, archive.plan)
        yield confirmation, sum(len(confirmation_slots(one, archive.plan)) for one in chosen)


def _results(run: Path) -> dict[tuple[str, int], tuple[object, ...]]:
    """What every finished trial and run has found and the weights' hash, by its place."""
    archive = open_archive(run)
    return {
        (study.study_name, t.user_attrs[attrs.SLOT]): (
            t.values,
            t.user_attrs[attrs.CANDIDATE],
            t.user_attrs.get(attrs.WEIGHTS),
        )
        for study in (archive.search(), archive.confirmation())
        if study is not None
        for t in study.get_trials(deepcopy=False)
        if t.state.is_finished() and attrs.REQUEUED not in t.user_attrs
    }


def signalled(folder: Path, number: signal.Signals, times: int, status: int) -> Outcome:
    """A signal, once or twice; the report is written after the first."""
    flags = [
        *small(folder, **{"n-jobs": "2"}),
        "--no-confirm",
        "--output-dir",
        str(folder / "runs"),
    ]
    run = folder / "runs" / "moods"
    with searching(*flags) as command:
        command.lines(1)
        for _ in range(times):
            command.process.send_signal(number)
        returned, _, errors = command.end()
    assert returned == status, errors
    assert times > 1 or (run / "report.html").exists()
    archive = open_archive(run)
    states = [trial.state for trial in archive.search().get_trials(deepcopy=False)]
    assert TrialState.RUNNING not in states
    done = search(*flags)
    assert done.returncode == 0, done.stderr
    return judged(archive.search(), 8, injected=times)


def absurd_learning_rates(folder: Path) -> Outcome:
    """Losses that become NaN or infinite fail their trials, and the study goes on."""
    settings = folder / "settings.toml"
    flags = small(folder)
    pairs = zip(flags[::2], flags[1::2], strict=True)
    settings.write_text("".join(f"{flag[2:]} = {_toml(value)}\n" for flag, value in pairs))
    plan = resolve(load_settings(settings))
    store = FileStore(folder / "study.db")
    study = stub_study(store)
    work = _Training(folder / "ledger", plan=plan)
    with store.lease() as owner:
        queue = Queue(study, store, owner)
        queue.enqueue(stub_slots(3))
        assert run_loop(queue, work, ProcessLimits(1, 2, folder / "log"))
    trials = study.get_trials(deepcopy=False)
    assert [trial.state.name for trial in trials] == ["FAIL", "FAIL", "COMPLETE"], trials
    assert all("loss became" in trial.user_attrs[attrs.REASON] for trial in trials[:2])
    return judged(study, 3, injected=2)


def _toml(value: str) -> str:
    return value if value.isdigit() else json.dumps(value)


@dataclass
class _Training(StubWork):
    """Real trainings, two of which cannot end well."""

    plan: StudyPlan | None = None

    def job(self, trial: optuna.Trial) -> Any:
        assert self.plan
        plan = self.plan
        rate = {0: 1e38, 1: float("inf")}.get(trial.user_attrs[attrs.SLOT], 0.01)
        candidate = replace(plan.space.narrowest(plan.cells[0]), learning_rate=rate)
        return TrainingJob(
            candidate=candidate,
            task=plan.task,
            dataset=plan.dataset,
            seed=0,
            split_seed=0,
            epochs=2,
            patience=2,
        )

    def finish(self, queue: Queue, trial: optuna.Trial, result: Any) -> None:
        queue.finish(trial, TrialState.COMPLETE, result.validation_accuracy)


def password_hidden(folder: Path, server: Server, database: str) -> Outcome:
    """A password in the URL is in no output, no file and no process list."""
    flags = [*small(folder, searches="1"), "--no-confirm", "--storage", server.url(database)]
    seen: list[bytes] = []
    with searching(*flags, "--output-dir", str(folder / "runs")) as command:
        command.lines(1)
        seen += _command_lines()
        status, output, errors = command.end()
    assert status == 0, errors
    again = run_module("reports", str(folder / "runs/moods"), env={"OPTUNA_STORAGE": flags[-1]})
    wrong = search(*flags[:-1], server.url(database, "wrong-word"), "--output-dir", str(folder))
    assert again.returncode == 0, again.stderr
    assert wrong.returncode == 2, wrong.stderr
    assert wrong.stderr.count("\n") == 1
    told = [output, errors, again.stdout, again.stderr, wrong.stderr]
    seen += [text.encode() for text in told]
    seen += [path.read_bytes() for path in (folder / "runs").rglob("*") if path.is_file()]
    secrets = (PASSWORD.encode(), QUOTED.encode(), b"wrong-word")
    found = sum(secret in text for text in seen for secret in secrets)
    assert found == 0
    return Outcome(injected=len(seen), trials=4)


def _command_lines() -> list[bytes]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes())
        except OSError:
            continue  # it has ended
    return [line for line in lines if b"study.search" in line or b"multiprocessing" in line]


def two_machines(folder: Path, server: Server, database: str) -> Outcome:
    """Two commands with folders of their own, on one server, complete one plan."""
    env = {"OPTUNA_STORAGE": server.url(database)}
    flags = small(folder)
    runs = [folder / "first", folder / "second"]
    with (
        searching(*flags, "--output-dir", str(runs[0]), env=env) as one,
        searching(*flags, "--output-dir", str(runs[1]), env=env) as other,
    ):
        for command in (one, other):
            status, _, errors = command.end()
            assert status == 0, errors
    records = [read(run / "moods", env["OPTUNA_STORAGE"]) for run in runs]
    assert records[0].trials == records[1].trials
    assert records[0].confirmations == records[1].confirmations
    assert records[0].searches == records[1].searches
    third = folder / "third"  # whose process trains nothing else
    done = search(*flags, "--output-dir", str(third), env=env)
    assert done.returncode == 0, done.stderr
    assert "Training the best LSTM and GRU again" in done.stdout
    cards = [_cards(run / "moods") for run in (*runs, third)]
    assert cards[0] == cards[1] == cards[2]
    plans = _plans(runs[0] / "moods", env["OPTUNA_STORAGE"])
    return Outcome.of_all([judged(study, count, injected=2) for study, count in plans])


def _cards(run: Path) -> list[dict[str, object]]:
    """What each model's card says, but for who trained it; its digest is the file's."""
    cards = []
    for cell in ("lstm", "gru"):
        card = json.loads((run / "models" / f"{cell}.json").read_text())
        del card["trained_again"]
        cards.append(card)
    return cards
