"""Training processes: each imports Keras once, runs one job at a time, and can be killed.

The process that talks to the storage never loads TensorFlow, so that a crash, an
out-of-memory kill or a hang takes a trial, not the study.
"""

import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from study.processes.programs import cannot_be_kept, forget_programs, keep_programs
from study.training.curve import CurvePoint
from study.training.job import OnLook, TrainingError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_MOST_JOBS = 200
_MOST_GROWTH = 2**30  # bytes
_EXHAUSTED = re.compile("resource_?exhausted", re.IGNORECASE)  # TensorFlow's and JAX' own errors


class Job(Protocol):
    """Work for a training process; travels to it by pickling."""

    def run(self, on_look: OnLook) -> Any:
        """Do the work; what is returned travels back."""


@dataclass(frozen=True)
class LookTaken:
    """A job's look at its training, which waits for leave to go on."""

    number: int
    point: CurvePoint


@dataclass(frozen=True)
class Finished:
    """A job's result."""

    result: Any


@dataclass(frozen=True)
class Refused:
    """A job that can have no result, and why."""

    reason: str


@dataclass(frozen=True)
class Crashed:
    """A bug in a job: its traceback."""

    traceback: str


@dataclass(frozen=True)
class Blocked:
    """A job that the machine prevents, by a full disk for example, and why."""

    reason: str


@dataclass(frozen=True)
class Died:
    """The process ended in the midst of a job, and how."""

    reason: str


Message = LookTaken | Finished | Refused | Blocked | Crashed | Died


class TrainingProcess:
    """A training process, seen from the process that feeds it."""

    def __init__(self, threads: int, log: Path) -> None:
        """Start the process.

        Args:
            threads: Cores that it may use.
            log: Takes what it prints; appended to.
        """
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._folder = tempfile.mkdtemp(prefix="isoparam-")
        self._process = context.Process(
            target=_serve, args=(theirs, threads, log, self._folder), daemon=True, name="training"
        )
        self._jobs = 0
        self._memory = 0  # bytes, after its first job
        # Ctrl-C reaches every process of the terminal, and a cluster's SIGTERM every process of
        # the job; a child that is not yet listening would die of it.
        with _blocked(*_SIGNALS), _without_main():
            self._process.start()
        theirs.close()

    @property
    def worn_out(self) -> bool:
        """Whether to replace it, between two jobs, before its memory grows too large."""
        return self._jobs >= _MOST_JOBS or self._grown() > _MOST_GROWTH

    def _grown(self) -> int:
        """Bytes of memory that it has gained since its first job."""
        with suppress(OSError):  # where there is no /proc, the number of jobs decides
            pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
            memory = int(pages) * os.sysconf("SC_PAGE_SIZE")
            self._memory = self._memory or memory
            return memory - self._memory
        return 0

    def send(self, job: Job) -> None:
        """Hand it a job; its messages follow.

        Raises:
            OSError: The process is dead.
        """
        self._jobs += 1
        self.connection.send(job)

    def answer(self, proceed: bool) -> None:
        """Let the job go on after a look, or stop it.

        Raises:
            OSError: The process is dead.
        """
        self.connection.send(proceed)

    def receive(self) -> Message:
        """The next message; waits for it."""
        try:
            message: Message = self.connection.recv()
        except (EOFError, OSError):
            return Died(f"its training process died ({self._exit_status()})")
        return message

    def _exit_status(self) -> str:
        self._process.join()
        code = self._process.exitcode or 0
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self.connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _serve(connection: Connection, threads: int, log: Path, folder: str) -> None:
    """The training process: jobs in, messages out, until the other end is closed.

    Args:
        folder: Takes its temporary files: TensorFlow leaves one for every compiled function
            of a process that is killed.
    """
    tempfile.tempdir = folder
    for number in _SIGNALS:  # the process that feeds this one minds them
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_outlive_nobody, args=(folder,), daemon=True).start()
    with log.open("ab") as file:  # native output and warnings, out of the live display
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    _limit_threads(threads)
    keep_programs(threads)
    try:
        while True:
            job: Job = connection.recv()
            connection.send(_outcome(job, lambda *look: _ask(connection, *look)))
    except (EOFError, ConnectionError):
        return  # nobody waits for the result any more


def _outlive_nobody(folder: str) -> None:
    """End this process with the one that feeds it, also in the midst of a job."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)


def _ask(connection: Connection, number: int, point: CurvePoint) -> bool:
    connection.send(LookTaken(number, point))
    proceed: bool = connection.recv()
    return proceed


def _outcome(job: Job, on_look: OnLook) -> Message:
    try:
        return Finished(job.run(on_look))
    except TrainingError as error:
        return Refused(str(error))
    except MemoryError:
        return Refused("out of memory")
    except (EOFError, ConnectionError):
        raise
    except Exception as error:
        if isinstance(error, OSError) or cannot_be_kept(error):
            return Blocked(str(error))
        if _EXHAUSTED.search(f"{type(error).__name__} {error}"):
            return Refused("out of memory")
        forget_programs()  # should one of them be damaged, it is no bug the next time
        return Crashed(traceback.format_exc())


def _limit_threads(threads: int) -> None:
    """Divide the cores: several processes with a thread for every core lose a fifth."""
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = str(threads)


@contextmanager
def _blocked(*numbers: signal.Signals) -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the program from a process that is started.

    It would run the program again to find there what it is sent: a script that calls
    `study.compare` at its top would begin a study in each of its training processes.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
