"""Jobs worked off by several training processes, where no queue or storage is needed."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait

from study.errors import UserError
from study.processes.limits import ProcessLimits, TrainingBugError
from study.processes.training_process import (
    Blocked,
    Crashed,
    Died,
    EpochEnded,
    Finished,
    Job,
    Message,
    Refused,
    TrainingProcess,
)

_TICK = 0.5  # seconds between looks at signals


def work_off(
    jobs: Mapping[str, Job], limits: ProcessLimits, stopping: Callable[[], bool]
) -> Iterator[tuple[str, EpochEnded | Finished | Refused]]:
    """Do the jobs, first come first served, and tell of each what happens as it happens.

    Args:
        jobs: By name.
        stopping: Asked often; once true, nothing more is done and nothing more told.

    Raises:
        UserError: The machine kept a job from being done.
        TrainingBugError: A job failed by a bug.
    """
    waiting = deque(jobs.items())
    processes: list[TrainingProcess] = []
    busy: dict[Connection, tuple[TrainingProcess, str]] = {}
    try:
        while (waiting or busy) and not stopping():
            while waiting and len(busy) < limits.jobs:
                name, job = waiting.popleft()
                process = _idle(processes, busy, limits)
                with suppress(OSError):  # it died; what is received next says so
                    process.send(job)
                busy[process.connection] = process, name
            for connection in wait(list(busy), timeout=_TICK):
                assert isinstance(connection, Connection)  # nothing else is waited for
                process, name = busy[connection]
                message = process.receive()
                if isinstance(message, EpochEnded):
                    with suppress(OSError):
                        process.answer(proceed=True)
                else:
                    del busy[connection]
                if isinstance(message, Died):
                    processes.remove(process)
                yield name, _told(message, process)
    finally:
        for process in processes:
            process.kill()


def _idle(
    processes: list[TrainingProcess],
    busy: Mapping[Connection, tuple[TrainingProcess, str]],
    limits: ProcessLimits,
) -> TrainingProcess:
    """A process with nothing to do, started where there is none."""
    for process in processes:
        if process.connection not in busy:
            return process
    processes.append(TrainingProcess(limits.threads, limits.log))
    return processes[-1]


def _told(message: Message, process: TrainingProcess) -> EpochEnded | Finished | Refused:
    match message:
        case Crashed(trace):
            raise TrainingBugError(trace)
        case Blocked(reason):
            raise UserError(
                f"A training process could not go on ({reason}). Mend this, and give the same "
                "command again; what is finished is kept."
            )
        case Died():
            return Refused(f"its training process died ({process.exit_status()})")
        case _:
            return message
